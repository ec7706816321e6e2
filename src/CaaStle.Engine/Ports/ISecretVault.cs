namespace CaaStle.Engine.Ports;

/// <summary>Encrypts secrets at rest.</summary>
public interface ISecretVault
{
    /// <summary>Text that tells nothing without the key.</summary>
    string Protect(string secret);

    /// <summary>Throws <see cref="InvalidOperationException"/> when the text was protected with a key that is not there any more.</summary>
    string Unprotect(string protectedText);
}
