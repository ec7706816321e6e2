namespace CaaStle.Clouds.Aws.Api;

/// <summary>Where AWS's own tools keep what they know, and whether there is anything at all. Loads nothing of the AWS SDK.</summary>
internal sealed class AwsFiles(Func<string, string?> environment)
{
    private const string VendorFile = "/sys/class/dmi/id/sys_vendor";

    private static readonly string[] Sources =
        ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

    public string Config => environment("AWS_CONFIG_FILE") ?? InHome("config");

    public string Credentials => environment("AWS_SHARED_CREDENTIALS_FILE") ?? InHome("credentials");

    /// <summary>Whether there may be credentials.</summary>
    public bool IsSetUp =>
        Sources.Any(variable => environment(variable) is { Length: > 0 }) || File.Exists(Config) || File.Exists(Credentials)
            || IsOnInstance;

    /// <summary>Machines of EC2 say so themselves; asking the network would take seconds everywhere else.</summary>
    public bool IsOnInstance
    {
        get
        {
            if (string.Equals(environment("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            if (environment("AWS_EC2_METADATA_SERVICE_ENDPOINT") is { Length: > 0 })
            {
                return true;
            }

            try
            {
                return File.Exists(VendorFile) && File.ReadAllText(VendorFile).Contains("Amazon EC2", StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private string InHome(string file) => Path.Combine(environment("HOME") ?? "/", ".aws", file);
}
