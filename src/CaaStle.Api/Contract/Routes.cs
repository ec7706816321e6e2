namespace CaaStle.Api;

/// <summary>Paths of the REST API, relative to the server's address.</summary>
public static class Routes
{
    public const int DefaultPort = 5002;

    public const string Environments = "/environments";
    public const string Containers = "/containers";
    public const string Applications = "/apps";
    public const string Resources = "/resources";
    public const string Operations = "/operations";
    public const string Events = "/events";
    public const string Types = "/types";
    public const string Validate = "/validate";
    public const string Server = "/server";
    public const string Clouds = "/clouds";
    public const string Doctor = "/doctor";
    public const string Orphans = "/orphans";
    public const string OpenApi = "/openapi/v1.json";

    /// <summary>
    /// The header by which a client names a request that starts an operation. A request of the same name is answered with the operation
    /// that the first has started, so that one whose answer was lost can be repeated.
    /// </summary>
    public const string RequestKeyHeader = "Idempotency-Key";
}
