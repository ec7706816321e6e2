using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CaaStle.Engine.Ports;
using CaaStle.Server.Hosting;

namespace CaaStle.Server.Security;

/// <summary>What a client must show: 256 random bits that only the user who owns the home can read.</summary>
internal sealed class AccessToken
{
    private const int Bytes = 32;
    private const string Scheme = "Bearer ";

    private readonly byte[] expected;

    private AccessToken(string text)
    {
        Text = text;
        expected = Encoding.UTF8.GetBytes(text);
    }

    public string Text { get; }

    /// <summary>Reads the token's file, or makes it where there is none that is good.</summary>
    public static AccessToken LoadOrCreate(ServerHome home, IRandomSource random)
    {
        if (File.Exists(home.TokenFile) && File.ReadAllText(home.TokenFile) is { } text && text.Length == Base64Url.GetEncodedLength(Bytes))
        {
            File.SetUnixFileMode(home.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new(text);
        }

        Span<byte> drawn = stackalloc byte[Bytes];
        random.Fill(drawn);
        var token = new AccessToken(Base64Url.EncodeToString(drawn));
        ServerHome.WritePrivately(home.TokenFile, token.Text);
        return token;
    }

    /// <param name="authorization">The request's <c>Authorization</c> header.</param>
    public bool Admits(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..]), expected);
}
