using System.Text;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>The logins that the user has made with <c>docker login</c>, found where Docker's own client would find them.</summary>
internal sealed class RegistryCredentials(DockerConfig config)
{
    /// <summary>What Docker's client calls Docker Hub's registry where it keeps logins.</summary>
    private const string DockerHubServer = "https://index.docker.io/v1/";

    /// <summary>Where the logins are, for messages.</summary>
    public string FileName => config.FileName;

    /// <param name="registry">A registry's host.</param>
    public Task<FoundLogin> FindAsync(string registry, CancellationToken cancellationToken)
    {
        var (file, problem) = config.Read();
        return problem is null
            ? FindAsync(file, registry == ImageReference.DockerHub ? DockerHubServer : registry, cancellationToken)
            : Task.FromResult(new FoundLogin(null, problem));
    }

    /// <summary>The logins to all registries that the configuration names.</summary>
    /// <param name="log">Is told about those that cannot be had.</param>
    public async Task<IReadOnlyList<RegistryLogin>> FindAllAsync(IProgress<string> log, CancellationToken cancellationToken)
    {
        var (file, problem) = config.Read();
        if (problem is not null)
        {
            log.Report(problem);
        }

        var logins = new List<RegistryLogin>();
        foreach (var server in file.Auths.Keys.Union(file.CredHelpers.Keys))
        {
            var found = await FindAsync(file, server, cancellationToken);
            if (found.Problem is not null)
            {
                log.Report(found.Problem);
            }

            if (found.Login is not null)
            {
                logins.Add(found.Login);
            }
        }

        return logins;
    }

    private async Task<FoundLogin> FindAsync(DockerConfigFile file, string server, CancellationToken cancellationToken)
    {
        try
        {
            var helper = file.CredHelpers.GetValueOrDefault(server) ?? file.CredsStore;
            return new(
                string.IsNullOrEmpty(helper) ? FindStored(file, server) : await CredentialHelper.GetAsync(helper, server, cancellationToken),
                null);
        }
        catch (CloudException e)
        {
            return new(null, e.Message);
        }
    }

    private RegistryLogin? FindStored(DockerConfigFile file, string server)
    {
        var stored = file.Auths.GetValueOrDefault(server) ?? file.Auths.FirstOrDefault(entry => HostOf(entry.Key) == server).Value;
        if (stored is null)
        {
            return null;
        }

        var (user, password) = stored.Auth is { Length: > 0 } auth ? Decode(auth, server) : (stored.Username ?? "", stored.Password ?? "");
        var login = new RegistryLogin(server, user, new(password), ToSecret(stored.IdentityToken), ToSecret(stored.RegistryToken));
        return user.Length > 0 || login.IdentityToken is not null || login.RegistryToken is not null ? login : null;
    }

    private (string User, string Password) Decode(string auth, string server)
    {
        var bytes = new byte[auth.Length];
        var text = Convert.TryFromBase64String(auth, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : "";
        return text.Split(':', 2) is [{ Length: > 0 } user, var password]
            ? (user, password.Trim('\0'))
            : throw new CloudException(CloudFault.Refused, $"The login for {server} in {config.FileName} is not base64 of user:password.");
    }

    private static Secret? ToSecret(string? text) => string.IsNullOrEmpty(text) ? null : new(text);

    /// <summary>Older clients kept logins under an address.</summary>
    private static string HostOf(string address)
    {
        var withoutScheme = address[(address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0)..];
        return withoutScheme.Split('/')[0];
    }
}

/// <param name="Login">Null where there is none.</param>
/// <param name="Problem">Why that is not known for certain; null when it is.</param>
internal sealed record FoundLogin(RegistryLogin? Login, string? Problem);
