using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>Brings images to their registries.</summary>
internal static class ImagePush
{
    /// <summary>Pushes an image that is here. Throws <see cref="CloudException"/> in Docker's words when the registry does not take it.</summary>
    public static async Task PushAsync(
        this DockerClient docker, ImageReference image, RegistryLogin login, IProgress<string> log, CancellationToken cancellationToken)
    {
        log.Report($"Pushing {image}");
        try
        {
            var (layers, complete) = (new HashSet<string>(), 0);
            var path = DockerClient.Path($"images/{image.Repository}/push", ("tag", image.Tag));
            await foreach (var message in docker.StreamAsync<ProgressMessage>(
                HttpMethod.Post, path, content: null, login.ToHeader(), cancellationToken))
            {
                if (message.Error is { } error)
                {
                    throw new CloudException(CloudFault.Refused, error);
                }

                switch (message)
                {
                    case { Id: { } id, Status: "Preparing" }:
                        layers.Add(id);
                        break;
                    case { Id: { } id, Status: "Pushed" or "Layer already exists" } when layers.Contains(id):
                        log.Report($"{++complete} of {layers.Count} layers");
                        break;
                }
            }
        }
        catch (CloudException e) when (e.Fault != CloudFault.Unreachable)
        {
            throw new CloudException(
                RegistryFaults.IsPassing(e.Message) ? CloudFault.Busy : CloudFault.Refused,
                $"The image {image} cannot be pushed: {e.Message.TrimEnd('.')}.",
                e)
            {
                Code = e.Code,
            };
        }
    }

    /// <summary>Removes the image from this machine, whatever uses it; what is gone already is no error.</summary>
    public static Task RemoveImageAsync(this DockerClient docker, ImageReference image, CancellationToken cancellationToken) =>
        docker.DeleteAsync(DockerClient.Path($"images/{image}", ("force", "true")), cancellationToken);
}
