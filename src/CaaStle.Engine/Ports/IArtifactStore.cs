namespace CaaStle.Engine.Ports;

/// <summary>Files that were made for a subject, such as a build context.</summary>
public interface IArtifactStore
{
    /// <summary>Removes the file, and the folder made for it. Succeeds where it is gone already.</summary>
    void Discard(string path);
}
