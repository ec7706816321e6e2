using System.Security.Cryptography;
using CaaStle.Engine.Ports;
using CaaStle.Server.Hosting;
using Microsoft.AspNetCore.DataProtection;

namespace CaaStle.Server.Security;

/// <summary>
/// Encrypts by ASP.NET Data Protection with keys in the home's <c>keys</c>. Keys are never removed, so that what was protected stays
/// readable. Set up when the first secret comes, since most starts of the server see none.
/// </summary>
internal sealed class DataProtectionVault(ServerHome home) : ISecretVault
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(3650);

    private readonly Lock access = new();
    private IDataProtector? protector;

    /// <summary>Made again where that has failed, as on a full disk.</summary>
    private IDataProtector Protector
    {
        get
        {
            lock (access)
            {
                return protector ??= Create(home);
            }
        }
    }

    public string Protect(string secret) => Protector.Protect(secret);

    public string Unprotect(string protectedText)
    {
        try
        {
            return Protector.Unprotect(protectedText);
        }
        catch (CryptographicException failure)
        {
            throw new InvalidOperationException(
                $"A secret cannot be decrypted: the key that it was encrypted with is not in {home.KeysFolder}. Restore that folder from a backup.", failure);
        }
    }

    private static IDataProtector Create(ServerHome home)
    {
        var folder = ServerHome.CreateFolder(home.KeysFolder);
        var protector = DataProtectionProvider
            .Create(new DirectoryInfo(folder), builder => builder.SetApplicationName("caastle").SetDefaultKeyLifetime(KeyLifetime))
            .CreateProtector("secrets");
        try
        {
            _ = protector.Protect("");
        }
        catch (CryptographicException failure)
        {
            throw new InvalidOperationException(
                $"Nothing secret can be kept, for no key can be written in {home.KeysFolder}: {failure.GetBaseException().Message}", failure);
        }

        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return protector;
    }
}
