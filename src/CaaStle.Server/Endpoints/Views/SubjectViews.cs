using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>Environments, containers, applications and resources as the contract shows them.</summary>
internal static class SubjectViews
{
    public static EnvironmentSummary Environment(SubjectRecord subject, int resources, int applications, string? operation) => new(
        subject.Key.Name, Words.Of(subject), subject.Cloud, subject.Type, resources, applications, subject.CreatedAt, operation)
    {
        ExpiresAt = subject.ExpiresAt,
    };

    public static EnvironmentDetail Environment(
        SubjectRecord subject,
        IReadOnlyList<ObjectRecord> objects,
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
            Resources(subject, objects, outputs),
            applications,
            Objects(objects),
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
            Objects(objects))
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

    public static ApplicationDetail Application(
        SubjectRecord subject, IReadOnlyList<ObjectRecord> objects, string? operation, OutputViews outputs, DefinitionReader reader) => new(
            subject.Key.Name,
            subject.Environment ?? "",
            Words.Of(subject.Status),
            subject.CreatedAt,
            subject.CreatedBy,
            operation,
            outputs.Of(subject, ""),
            Objects(objects),
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

    /// <summary>An environment's resources: the parts that offer outputs or that objects belong to.</summary>
    public static IReadOnlyList<ResourceView> Resources(SubjectRecord environment, IReadOnlyList<ObjectRecord> objects, OutputViews outputs)
    {
        var parts = environment.Outputs.Keys.Concat(objects.Select(item => ObjectRecord.PartOf(item.Key))).Where(part => part.Length > 0).Distinct().Order(StringComparer.Ordinal);
        return [.. parts.Select(part => Resource(environment, part, objects, outputs))];
    }

    private static ResourceView Resource(SubjectRecord environment, string part, IReadOnlyList<ObjectRecord> objects, OutputViews outputs)
    {
        var dot = part.IndexOf('.', StringComparison.Ordinal);
        var (type, name) = dot < 0 ? (part, part) : (part[..dot], part[(dot + 1)..]);
        var isWhole = objects.Where(item => ObjectRecord.PartOf(item.Key) == part).All(item => item.Status == ObjectStatus.Ready);
        var status = environment.Status == SubjectStatus.CreateFailed && isWhole ? SubjectStatus.Available : environment.Status;
        var isMissing = environment.HasForgotten(part) && status is (SubjectStatus.Available or SubjectStatus.Stopped);
        return new(
            environment.Key.Name,
            name,
            type,
            isMissing ? ObjectDriftView.Missing : Words.Of(environment with { Status = status }),
            outputs.Of(environment, part));
    }

    /// <param name="observed">How they are now, where that was asked for.</param>
    public static IReadOnlyList<ObjectView> Now(IReadOnlyList<ObjectView> objects, IReadOnlyList<ObservedObject> observed)
    {
        var now = observed.ToDictionary(each => each.Record.Key, each => new ObjectNowView(Words.Of(each.Drift), each.Word));
        return [.. objects.Select(item => item with { Now = now.GetValueOrDefault(item.Key) })];
    }

    private static IReadOnlyList<ObjectView> Objects(IReadOnlyList<ObjectRecord> objects) =>
        [.. objects.Select(item => new ObjectView(item.Key, item.Kind, item.Identity, Words.Of(item.Status), item.HoldsData))];

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
