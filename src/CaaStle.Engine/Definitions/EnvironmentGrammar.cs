using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Definitions;

/// <summary>What may stand in an environment file, given the clouds that there are.</summary>
internal static class EnvironmentGrammar
{
    public const string RootKey = "environment";
    public const string WrapperKey = "resource";

    private static readonly TextShape ResourceName =
        new("[a-z][a-z0-9]{0,19}", "lower-case letters and digits, a letter first, at most 20");

    public static ObjectShape Root(ICloudCatalog catalog)
    {
        var resources = new ObjectShape([.. catalog.Clouds.Select(cloud => new ShapeKey(cloud.Name, Resources(cloud), ""))]);
        var deployment = new CasesShape("target", "cloud", catalog.Clouds.ToDictionary(cloud => cloud.Name, Shape (cloud) => Deployment(cloud)));
        return new(new ShapeKey(RootKey, Environment(resources, deployment), "", Required: true));
    }

    /// <summary>The part of the grammar that is left when the target is known.</summary>
    public static ObjectShape RootFor(ICloud cloud)
    {
        var resources = new ObjectShape(new ShapeKey(cloud.Name, Resources(cloud), $"Resources on the cloud {cloud.Name}."));
        return new(new ShapeKey(RootKey, Environment(resources, Deployment(cloud)), "What is to be made.", Required: true));
    }

    private static ObjectShape Environment(ObjectShape resources, Shape deployment) => new(
        new ShapeKey("app_deployment", deployment, "Where applications run: the cloud and its container orchestration engine.", Required: true),
        new ShapeKey("resources", resources, "Managed resources that applications need."));

    private static CasesShape Deployment(ICloud cloud)
    {
        var single = cloud.Coes.Count == 1 ? cloud.Coes[0].Descriptor.Type : null;
        return new("type", $"container orchestration engine on {cloud.Name}", cloud.Coes.ToDictionary(
            coe => coe.Descriptor.Type,
            Shape (coe) => ObjectShape.Of(
                [
                    new("target", new TextShape([cloud.Name]), "The cloud.", Required: true),
                    new("type", new TextShape([coe.Descriptor.Type]), coe.Descriptor.Summary, Required: single is null, Default: single),
                ],
                coe.Descriptor)), single);
    }

    private static ListShape Resources(ICloud cloud) => new(new WrappedShape(WrapperKey, new CasesShape(
        "type", $"resource type on {cloud.Name}", cloud.Resources.ToDictionary(
            resource => resource.Descriptor.Type,
            Shape (resource) => ObjectShape.Of(
                [
                    new("type", new TextShape([resource.Descriptor.Type]), resource.Descriptor.Summary, Required: true),
                    new("name", ResourceName, "Tells it from others of its type; part of its bindings."),
                ],
                resource.Descriptor)))));
}
