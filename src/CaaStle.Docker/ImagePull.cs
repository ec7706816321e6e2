using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>Gets images from their registries.</summary>
internal static partial class ImagePull
{
    public static Task<ImageInspection?> FindImageAsync(
        this DockerClient docker, ImageReference image, CancellationToken cancellationToken) =>
        docker.FindAsync<ImageInspection>($"images/{image}/json", cancellationToken);

    /// <summary>Pulls the image unless it is here. Throws <see cref="CloudException"/> in Docker's words when it cannot be had.</summary>
    public static Task PullMissingAsync(
        this DockerClient docker, ImageReference image, IProgress<string> log, CancellationToken cancellationToken) =>
        docker.PullMissingAsync(
            image,
            "Check its name; an image of your own is built with `cld container create NAME local`, and used by that name.",
            log,
            cancellationToken);

    /// <param name="remedy">What to do when the registry does not have the image.</param>
    public static async Task PullMissingAsync(
        this DockerClient docker, ImageReference image, string remedy, IProgress<string> log, CancellationToken cancellationToken)
    {
        if (await docker.FindImageAsync(image, cancellationToken) is not null)
        {
            return;
        }

        log.Report($"Pulling {image}");
        var (login, problem) = await docker.Credentials.FindAsync(image.Registry, cancellationToken);
        if (problem is not null)
        {
            log.Report($"{problem} Pulling without a login.");
        }

        var path = DockerClient.Path("images/create", ("fromImage", image.Repository), ("tag", image.Tag));
        try
        {
            var (layers, complete) = (new HashSet<string>(), 0);
            await foreach (var message in docker.StreamAsync<ProgressMessage>(
                HttpMethod.Post, path, content: null, login?.ToHeader(), cancellationToken))
            {
                if (message.Error is { } error)
                {
                    throw new CloudException(CloudFault.Refused, error);
                }

                switch (message)
                {
                    case { Id: { } id, Status: "Pulling fs layer" or "Already exists" }:
                        layers.Add(id);
                        complete += message.Status == "Already exists" ? 1 : 0;
                        break;
                    case { Id: not null, Status: "Pull complete" }:
                        log.Report($"{++complete} of {layers.Count} layers");
                        break;
                    case { Id: null, Status: { } status }:
                        log.Report(status);
                        break;
                }
            }
        }
        catch (CloudException e) when (e.Fault != CloudFault.Unreachable)
        {
            // A registry that cannot be reached is not waited for: nothing says that it ever will be.
            var fault = RegistryFaults.IsPassing(e.Message) ? CloudFault.Busy : CloudFault.Refused;
            throw new CloudException(
                fault,
                $"The image {image} is not on this machine and cannot be pulled: {e.Message.TrimEnd('.')}. "
                + (WantsLogin().IsMatch(e.Message)
                    ? $"{problem ?? DescribeLogin(docker, image, login)} Check the image's name, and log in: `{LoginCommand(image)}`."
                    : remedy),
                e)
            {
                Code = e.Code,
            };
        }
    }

    private static string DescribeLogin(DockerClient docker, ImageReference image, RegistryLogin? login) => login is null
        ? $"{docker.Credentials.FileName} gives no login for {image.Registry}."
        : $"That was with the login that {docker.Credentials.FileName} gives for {image.Registry}.";

    private static string LoginCommand(ImageReference image) =>
        image.Registry == ImageReference.DockerHub ? "docker login" : $"docker login {image.Registry}";

    /// <summary>Words of registries that do not know who asks, that do not let this user, or that give more to those they know.</summary>
    [GeneratedRegex(
        "unauthori[sz]ed|unauthenticated|no basic auth credentials|(?<!permission )denied|authorization failed|403 Forbidden|toomanyrequests",
        RegexOptions.IgnoreCase)]
    private static partial Regex WantsLogin();
}
