using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CaaStle.Docker;

/// <summary>How Docker's engine proves who it is over TLS, and how we do.</summary>
/// <param name="Authorities">Who may have signed the engine's certificate; null for those that this machine trusts.</param>
/// <param name="Client">The certificate that the engine asks for; null for none.</param>
/// <param name="Verify">False to talk to whoever answers.</param>
internal sealed record DockerTls(X509Certificate2Collection? Authorities, SslStreamCertificateContext? Client, bool Verify)
{
    private const string Authority = "ca.pem";
    private const string Certificate = "cert.pem";
    private const string Key = "key.pem";

    /// <summary>Whether a folder has any of the files that are read here.</summary>
    public static bool IsIn(string folder) => new[] { Authority, Certificate, Key }.Any(file => File.Exists(Path.Combine(folder, file)));

    /// <summary>Takes the files that a folder has. Throws what reading files and certificates throws.</summary>
    /// <param name="needAuthority">Whether the file with the authorities must be there, if it is used at all.</param>
    public static DockerTls Load(string folder, bool verify, bool needAuthority)
    {
        var (authority, certificate, key) = (Path.Combine(folder, Authority), Path.Combine(folder, Certificate), Path.Combine(folder, Key));
        X509Certificate2Collection? authorities = null;
        if (verify && (needAuthority || File.Exists(authority)))
        {
            authorities = [];
            authorities.ImportFromPemFile(authority);
        }

        SslStreamCertificateContext? client = null;
        if (File.Exists(certificate) && File.Exists(key))
        {
            var intermediates = new X509Certificate2Collection();
            intermediates.ImportFromPemFile(certificate);
            client = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), intermediates, offline: true);
        }

        return new(authorities, client, verify);
    }

    public SslClientAuthenticationOptions ToOptions() => new()
    {
        ClientCertificateContext = Client,
        CertificateChainPolicy = Authorities is null ? null : Policy(Authorities),
        RemoteCertificateValidationCallback = (_, _, _, errors) => !Verify || errors == SslPolicyErrors.None,
    };

    private static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
