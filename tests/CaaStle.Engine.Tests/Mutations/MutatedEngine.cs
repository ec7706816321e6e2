using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using CaaStle.Engine.Execution;
using CaaStle.Simulation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace CaaStle.Engine.Tests.Mutations;

/// <summary>The engine with a deliberate mistake, compiled from its sources, and the simulation run against it.</summary>
internal static class MutatedEngine
{
    public const string Name = "CaaStle.Engine";

    private static readonly string Sources = Path.Combine(RepositoryRoot(), "src", Name);

    private static readonly Lazy<IReadOnlyDictionary<string, SyntaxTree>> Trees = new(() => Directory
        .EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Sources, file).StartsWith("bin", StringComparison.Ordinal))
        .Where(file => !Path.GetRelativePath(Sources, file).StartsWith("obj", StringComparison.Ordinal))
        .Append(Directory.EnumerateFiles(Path.Combine(Sources, "obj"), $"{Name}.GlobalUsings.g.cs", SearchOption.AllDirectories).First())
        .ToDictionary(file => Path.GetRelativePath(Sources, file), file => Parse(File.ReadAllText(file))));

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != Name)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Runs seeds until one finds a violation.</summary>
    /// <param name="file">Below the engine's folder.</param>
    /// <param name="original">Occurs once in the file.</param>
    /// <returns>The violation; null when no seed found one.</returns>
    public static string? FindViolation(string file, string original, string mistake, int seeds)
    {
        var text = File.ReadAllText(Path.Combine(Sources, file));
        Assert.True(text.Split(original).Length == 2, $"'{original}' must occur once in {file}: the engine has changed, and the mutation must follow.");
        var trees = Trees.Value.Select(tree => tree.Key == file ? Parse(text.Replace(original, mistake, StringComparison.Ordinal)) : tree.Value);
        var version = $"[assembly: System.Reflection.AssemblyVersion(\"{typeof(HandlerRegistry).Assembly.GetName().Version}\")]";
        var engine = Compile(trees.Append(Parse(version)));
        var context = new Context(engine);
        try
        {
            var simulation = context.LoadFromAssemblyPath(typeof(SimulationBatch).Assembly.Location);
            return (string?)simulation.GetType(typeof(SimulationBatch).FullName!)!
                .GetMethod(nameof(SimulationBatch.FindViolation))!
                .Invoke(null, [1, seeds]);
        }
        finally
        {
            context.Unload();
        }
    }

    private static byte[] Compile(IEnumerable<SyntaxTree> trees)
    {
        var compilation = CSharpCompilation.Create(
            Name, trees, References.Value, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create([.. Generators()], parseOptions: ParseOptions).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        using var image = new MemoryStream();
        var result = complete.Emit(image);
        Assert.True(
            result.Success, $"The mutation does not compile: {string.Join('\n', result.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error))}");
        return image.ToArray();
    }

    /// <summary>The regular expressions' generator, which comes with the SDK.</summary>
    private static ImmutableArray<ISourceGenerator> Generators()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var packs = Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        var generator = Directory.EnumerateFiles(packs, "System.Text.RegularExpressions.Generator.dll", SearchOption.AllDirectories).Order().Last();
        return new AnalyzerFileReference(generator, new Loader()).GetGenerators(LanguageNames.CSharp);
    }

    private static readonly CSharpParseOptions ParseOptions = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(SourceText.From(text, System.Text.Encoding.UTF8), ParseOptions);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CaaStle.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return folder.FullName;
    }

    /// <summary>Has an engine of its own, and what uses it; all else is shared.</summary>
    private sealed class Context(byte[] engine) : AssemblyLoadContext(isCollectible: true)
    {
        private Assembly? loaded;

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == MutatedEngine.Name ? loaded ??= LoadFromStream(new MemoryStream(engine)) : null;
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
