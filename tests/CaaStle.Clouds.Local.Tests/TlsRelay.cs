using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>
/// Docker's engine over TLS: a port of 127.0.0.1 that lets in who has a certificate of the same authority, and passes on what they say to
/// the engine's socket.
/// </summary>
internal sealed class TlsRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly string socket;
    private readonly X509Certificate2 authority = Certificate("test authority", null);
    private readonly X509Certificate2 own;
    private readonly Task serving;

    public TlsRelay(string socket)
    {
        this.socket = socket;
        own = Certificate("test engine", authority);
        listener.Start();
        Host = $"tcp://{listener.LocalEndpoint}";
        serving = ServeAsync();
    }

    public string Host { get; }

    /// <summary>The connections that were let in.</summary>
    public int Served { get; private set; }

    /// <summary>Writes what a client needs, under the names that Docker's client expects.</summary>
    public void WriteFiles(string folder, bool authorityOnly = false)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        if (!authorityOnly)
        {
            using var client = Certificate("test client", authority);
            File.WriteAllText(Path.Combine(folder, "cert.pem"), client.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, "key.pem"), client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
        own.Dispose();
        authority.Dispose();
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var (from, until) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, until);
        }

        using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(RelayAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient connection)
    {
        try
        {
            using var client = connection;
            await using var secured = new SslStream(client.GetStream());
            await secured.AuthenticateAsServerAsync(
                new()
                {
                    ServerCertificate = own,
                    ClientCertificateRequired = true,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 given && IsOurs(given),
                },
                stopping.Token);
            Served++;
            using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(socket), stopping.Token);
            await using var behind = new NetworkStream(engine);
            await Task.WhenAny(secured.CopyToAsync(behind, stopping.Token), behind.CopyToAsync(secured, stopping.Token));
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            // Who was not let in, or hung up.
        }
    }

    private bool IsOurs(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
