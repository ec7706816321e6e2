using CaaStle.Api;

namespace CaaStle.Cli.BuildContext;

/// <summary>A directory to build a container from, as far as its <c>.dockerignore</c> lets it be sent.</summary>
internal sealed class ContextDirectory
{
    private readonly string root;
    private readonly IgnoreFile ignore;

    private ContextDirectory(string root, string dockerfile, IgnoreFile ignore)
    {
        this.root = root;
        this.ignore = ignore;
        Dockerfile = dockerfile;
    }

    /// <summary>Path within the context, with slashes.</summary>
    public string Dockerfile { get; }

    /// <param name="root">An absolute path.</param>
    /// <param name="dockerfile">Relative to <paramref name="root"/>, or absolute within it.</param>
    /// <exception cref="ProblemException">There is nothing to build there.</exception>
    public static ContextDirectory Open(string root, string dockerfile)
    {
        if (!Directory.Exists(root))
            throw LocalProblems.Create(LocalProblems.FileNotReadable, $"There is no directory {root}.", null, "cld container create --help");
        var file = Path.GetFullPath(dockerfile, root);
        var relative = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
        if (relative == ".." || relative.StartsWith("../", StringComparison.Ordinal))
        {
            throw LocalProblems.Create(
                LocalProblems.Usage, $"{dockerfile} is outside of the build context {root}.", "Name a larger context with --context DIR.", "cld container create --help");
        }

        if (!File.Exists(file))
        {
            throw LocalProblems.Create(
                LocalProblems.FileNotReadable,
                $"There is no {relative} in {root}.",
                "Go to the directory that has it, or name it with --context DIR and --file DOCKERFILE.",
                "cld container create --help");
        }

        return new(root, relative, ReadIgnoreFile(root, relative));
    }

    /// <summary>What is sent, parents before their children; paths have slashes and no beginning slash.</summary>
    public IEnumerable<(string Path, FileSystemInfo Entry)> Entries() => Entries(new DirectoryInfo(root), "");

    private IEnumerable<(string Path, FileSystemInfo Entry)> Entries(DirectoryInfo directory, string prefix)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = prefix + entry.Name;
            var isExcluded = ignore.Excludes(path);
            var isDirectory = entry is DirectoryInfo && entry.LinkTarget is null;
            if (!isDirectory)
            {
                if (!isExcluded)
                    yield return (path, entry);
                continue;
            }

            if (isExcluded && !ignore.MayTakeBackWithin(path))
                continue;

            // An excluded directory is sent only if something in it is.
            var isSent = !isExcluded;
            if (isSent)
                yield return (path, entry);
            foreach (var child in Entries((DirectoryInfo)entry, path + "/"))
            {
                if (!isSent)
                    yield return (path, entry);
                isSent = true;
                yield return child;
            }
        }
    }

    /// <summary>The one beside the Dockerfile with its name goes before the context's.</summary>
    private static IgnoreFile ReadIgnoreFile(string root, string dockerfile)
    {
        foreach (var name in new[] { dockerfile + ".dockerignore", ".dockerignore" })
        {
            var file = Path.Combine(root, name);
            if (!File.Exists(file))
                continue;
            try
            {
                return IgnoreFile.Parse(File.ReadAllText(file), dockerfile, name);
            }
            catch (FormatException e)
            {
                throw LocalProblems.Create(ProblemCodes.InvalidDefinition, $"{file} cannot be used.", e.Message);
            }
        }

        return IgnoreFile.Parse("");
    }
}
