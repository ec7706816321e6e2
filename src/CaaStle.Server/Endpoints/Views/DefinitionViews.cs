using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>Mistakes in definitions, plans and descriptors as the contract shows them.</summary>
internal static class DefinitionViews
{
    public static DefinitionError ToError(DefinitionProblem problem) => new(
        problem.File, problem.Line, problem.Column, problem.Path, problem.Message, problem.Expected, problem.Suggestion);

    public static PlanView Plan(string subject, string action, IReadOnlyList<PlannedObject> objects) => new(
        subject, action, [.. objects.Select(step => new PlanStepView(step.Key, step.Kind, step.Identity, step.DependsOn, step.HoldsData))]);

    public static PlanView Plan(string subject, IReadOnlyList<PlannedChange> changes) => new(
        subject,
        "update",
        [.. changes.Select(change => new PlanStepView(change.Key, change.Kind, change.Identity, change.DependsOn, change.HoldsData)
        {
            Change = Words.Of(change.Change),
            LosesData = change.LosesData,
        })]);

    public static IEnumerable<TypeView> Types(ICloud cloud) =>
    [
        .. cloud.Coes.Select(type => Type(cloud, "coe", type.Descriptor)),
        .. cloud.Resources.Select(type => Type(cloud, "resource", type.Descriptor)),
        .. cloud.Registries.Select(type => Type(cloud, "registry", type.Descriptor)),
    ];

    private static TypeView Type(ICloud cloud, string role, TypeDescriptor type) => new(
        cloud.Name,
        role,
        type.Type,
        type.Summary,
        [.. type.Options.Select(option => new OptionView(
            option.Name, option.Type.ToString().ToLowerInvariant(), option.Meaning, option.Required, option.Default, option.Choices))],
        [.. type.Outputs.Select(output => new OutputTypeView(output.Name, output.Meaning, output.Secret))]);
}
