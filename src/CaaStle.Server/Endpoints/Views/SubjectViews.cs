using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>Environments, containers, applications and resources as the contract shows them.</summary>
internal static class SubjectViews
{
    /// <summary>What tells of a resource that it cannot be used, or that nobody knows.</summary>
    private static readonly string[] Worst = [ObjectDriftView.Missing, ObjectDriftView.Broken, ObjectDriftView.Unknown];

    public static EnvironmentSummary Environment(SubjectRecord subject, int resources, int applications, string? operation) => new(
        subject.Key.Name, Words.Of(subject), subject.Cloud, subject.Type, resources, applications, subject.CreatedAt, operation)
    {
        ExpiresAt = subject.ExpiresAt,
    };

    /// <param name="observed">How its objects are now; none where that was not asked for.</param>
    public static EnvironmentDetail Environment(
        SubjectRecord subject,
        IReadOnlyList<ObjectRecord> objects,
        IReadOnlyList<ObservedObject> observed,
        IReadOnlyList<string> applications,
        IReadOnlyList<string> outdated,
        string? operation,
        OutputViews outputs) => new(
            subject.Key.Name,
            Words.Of(subject),
            subject.Cloud,
            subject.Type,
            subject.CreatedAt,
            subject.CreatedBy,
            operation,
            outputs.Of(subject, ""),
            [.. Parts(subject, objects).Select(part => Resource(subject, part, objects, observed, outputs))],
            applications,
            Objects(objects, observed),
            subject.Definition)
        {
            ExpiresAt = subject.ExpiresAt,
            OutdatedApplications = outdated,
        };

    public static ContainerSummary Container(SubjectRecord subject, string? operation) => new(
        subject.Key.Name, Words.Of(subject.Status), subject.Type, PlainOutput(subject, "Image"), subject.CreatedAt, operation);

    public static DriftView Drift(string environment, IReadOnlyList<ObservedObject> observed) => new(
        environment,
        [.. observed.Select(each => new ObjectDriftView(
            each.Record.Subject.ToString(),
            each.Record.Key,
            each.Record.Kind,
            each.Record.Identity,
            Words.Of(each.Drift),
            each.Word,
            each.LastLog,
            each.Record.HoldsData))]);

    public static ContainerDetail Container(
        SubjectRecord subject,
        IReadOnlyList<ObjectRecord> objects,
        IReadOnlyList<ContainerImage> images,
        IReadOnlyList<string> outdated,
        string? operation,
        OutputViews outputs) => new(
            subject.Key.Name,
            Words.Of(subject.Status),
            subject.Type,
            subject.CreatedAt,
            subject.CreatedBy,
            operation,
            outputs.Of(subject, ""),
            Objects(objects, []))
        {
            Dockerfile = ContainerDefinition.Parse(subject.Definition).Dockerfile,
            Images = [.. images.Select(image => new ImageView(image.Revision, image.Image, image.IsInForce, image.BuiltAt, image.Applications))],
            OutdatedApplications = outdated,
        };

    public static ApplicationSummary Application(SubjectRecord subject, string? operation, DefinitionReader reader) => new(
        subject.Key.Name,
        subject.Environment ?? "",
        Words.Of(subject.Status),
        PlainOutput(subject, "Url"),
        subject.CreatedAt,
        operation)
    {
        Revision = subject.Desired.Revision,
        Replicas = Replicas(subject, reader),
    };

    /// <param name="observed">How its objects are now; none where that was not asked for.</param>
    public static ApplicationDetail Application(
        SubjectRecord subject,
        IReadOnlyList<ObjectRecord> objects,
        IReadOnlyList<ObservedObject> observed,
        string? operation,
        OutputViews outputs,
        DefinitionReader reader) => new(
            subject.Key.Name,
            subject.Environment ?? "",
            Words.Of(subject.Status),
            subject.CreatedAt,
            subject.CreatedBy,
            operation,
            outputs.Of(subject, ""),
            Objects(objects, observed),
            subject.Definition)
        {
            Revision = subject.Desired.Revision,
            Replicas = Replicas(subject, reader),
        };

    public static RevisionView Revision(Revision revision) => new(
        revision.Number,
        revision.IsNew,
        revision.IsInForce,
        revision.IsGone,
        revision.Operation,
        revision.Action ?? "deploy",
        revision.Image,
        revision.Changes,
        Words.Of(revision.State),
        OperationViews.Of(revision.Failure),
        revision.At,
        revision.By,
        revision.Definition);

    public static IReadOnlyList<ResourceView> Resources(SubjectRecord environment, IReadOnlyList<ObjectRecord> objects, OutputViews outputs) =>
        [.. Parts(environment, objects).Select(part => Resource(environment, part, objects, [], outputs))];

    /// <summary>An environment's resources: the parts that offer outputs or that objects belong to.</summary>
    public static IReadOnlyList<string> Parts(SubjectRecord environment, IReadOnlyList<ObjectRecord> objects) =>
        [.. environment.Outputs.Keys.Concat(objects.Select(PartOf)).Where(part => part.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    private static ResourceView Resource(
        SubjectRecord environment,
        string part,
        IReadOnlyList<ObjectRecord> objects,
        IReadOnlyList<ObservedObject> observed,
        OutputViews outputs)
    {
        var dot = part.IndexOf('.', StringComparison.Ordinal);
        var (type, name) = dot < 0 ? (part, part) : (part[..dot], part[(dot + 1)..]);
        var isWhole = objects.Where(item => PartOf(item) == part).All(item => item.Status == ObjectStatus.Ready);
        var status = environment.Status == SubjectStatus.CreateFailed && isWhole ? SubjectStatus.Available : environment.Status;
        var word = Words.Of(environment with { Status = status });
        if (status is SubjectStatus.Available or SubjectStatus.Stopped)
        {
            var found = observed.Where(each => PartOf(each.Record) == part).Select(each => Words.Of(each.Drift)).ToHashSet();
            if (environment.HasForgotten(part))
            {
                found.Add(ObjectDriftView.Missing);
            }

            word = Worst.FirstOrDefault(found.Contains) ?? word;
        }

        return new(environment.Key.Name, name, type, word, outputs.Of(environment, part));
    }

    private static string PartOf(ObjectRecord item) => ObjectRecord.PartOf(item.Key);

    private static IReadOnlyList<ObjectView> Objects(IReadOnlyList<ObjectRecord> objects, IReadOnlyList<ObservedObject> observed)
    {
        var now = observed.ToDictionary(each => each.Record.Key, each => new ObjectNowView(Words.Of(each.Drift), each.Word));
        return [.. objects.Select(item =>
            new ObjectView(item.Key, item.Kind, item.Identity, Words.Of(item.Status), item.HoldsData) { Now = now.GetValueOrDefault(item.Key) })];
    }

    /// <returns>Null when the definition is one that this version cannot read.</returns>
    private static int? Replicas(SubjectRecord application, DefinitionReader reader)
    {
        try
        {
            return application.Desired is { IsStopped: true } or { IsPaused: true } ? 0
                : application.Desired.Replicas ?? reader.ReadApplication(application.Definition, "", application.Key.Name).Replicas;
        }
        catch (InvalidDefinitionException)
        {
            return null;
        }
    }

    private static string? PlainOutput(SubjectRecord subject, string name) =>
        subject.Outputs.TryGetValue("", out var own) && own.TryGetValue(name, out var value) && value is { Secret: false, Forgotten: false } ? value.Text : null;
}
