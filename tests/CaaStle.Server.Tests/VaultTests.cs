using CaaStle.Server.Security;

namespace CaaStle.Server.Tests;

public sealed class VaultTests
{
    [Fact]
    public void What_was_protected_can_be_read_after_a_restart_and_tells_nothing_without_the_keys()
    {
        using var home = new TemporaryHome();
        var hidden = new DataProtectionVault(home.Home).Protect("s3cr3t");
        Assert.DoesNotContain("s3cr3t", hidden, StringComparison.Ordinal);
        Assert.Equal("s3cr3t", new DataProtectionVault(home.Home).Unprotect(hidden));

        Directory.Delete(home.Home.KeysFolder, recursive: true);
        var failure = Assert.Throws<InvalidOperationException>(() => new DataProtectionVault(home.Home).Unprotect(hidden));
        Assert.Contains(home.Home.KeysFolder, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_keys_cannot_be_made_they_are_made_for_the_next_secret()
    {
        using var home = new TemporaryHome();
        var vault = new DataProtectionVault(home.Home);
        File.CreateSymbolicLink(home.Home.KeysFolder, "/proc/self/fdinfo");
        var failure = Assert.Throws<InvalidOperationException>(() => vault.Protect("s3cr3t"));
        Assert.Contains($"no key can be written in {home.Home.KeysFolder}: ", failure.Message, StringComparison.Ordinal);
        File.Delete(home.Home.KeysFolder);

        Assert.Equal("s3cr3t", vault.Unprotect(vault.Protect("s3cr3t")));
    }

    [Fact]
    public void Keys_are_made_when_the_first_secret_comes_for_their_user_only()
    {
        using var home = new TemporaryHome();
        var vault = new DataProtectionVault(home.Home);
        Assert.False(Directory.Exists(home.Home.KeysFolder));
        vault.Protect("s3cr3t");
        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(home.Home.KeysFolder), 8));
        Assert.All(Directory.GetFiles(home.Home.KeysFolder), file => Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(file), 8)));
        Assert.NotEmpty(Directory.GetFiles(home.Home.KeysFolder));
    }
}
