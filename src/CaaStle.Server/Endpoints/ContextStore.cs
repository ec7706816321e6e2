using System.Globalization;
using CaaStle.Api;
using CaaStle.Engine.Ports;
using CaaStle.Server.Hosting;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace CaaStle.Server.Endpoints;

/// <summary>Keeps the build contexts that clients send, each in a folder of its own below the home.</summary>
internal sealed class ContextStore(ServerHome home, ServerSettings settings, TimeProvider clock, IRandomSource random) : IArtifactStore
{
    private const int LongestName = 63;

    /// <summary>Names become parts of paths. Throws a 400 problem for what must not.</summary>
    public static void CheckName(string name)
    {
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new RefusedRequestException(
                StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"'{name}' cannot be a container's name.",
                $"A name has at most {LongestName} letters, digits, '-', '_' and '.', and begins with a letter or digit.");
        }
    }

    /// <summary>Writes the request's body to a file, which is there as a whole or not at all.</summary>
    /// <returns>Where.</returns>
    public async Task<string> SaveAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        AllowLargeBody(context);
        var archive = Path.Combine(ServerHome.CreateFolder(Path.Combine(home.ContainersFolder, FolderName(name))), $"{name}.tar");
        try
        {
            var temporary = $"{archive}.part";
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await context.Request.Body.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, archive);
            return archive;
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            Remove(archive);
            throw TooLarge(null);
        }
        catch (IOException failure) when (failure is not BadHttpRequestException and not ConnectionResetException)
        {
            Remove(archive);
            throw new RefusedRequestException(
                StatusCodes.Status507InsufficientStorage, ProblemCodes.StorageFailed, "The build context cannot be stored.",
                $"{failure.Message} Make room in {home.Path}, or send less with a .dockerignore file.");
        }
        catch
        {
            Remove(archive);
            throw;
        }
    }

    public static void Remove(string archive) => Directory.Delete(Path.GetDirectoryName(archive)!, recursive: true);

    public void Discard(string path)
    {
        // Only a folder that was made here goes as a whole.
        if (Path.GetDirectoryName(path) is { } folder && Path.GetDirectoryName(folder) == home.ContainersFolder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void AllowLargeBody(HttpContext context)
    {
        if (context.Request.ContentLength is { } length && length > settings.MaxContextBytes)
        {
            throw TooLarge(length);
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize =
            settings.MaxContextBytes;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private RefusedRequestException TooLarge(long? length) => new(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, "The build context is too large.",
        $"{(length is null ? "It" : $"It has {length} bytes and")} exceeds {settings.MaxContextBytes} bytes. "
        + "Leave out what the build does not need with a .dockerignore file, or raise the server's setting MaxContextBytes.");

    private string FolderName(string name)
    {
        Span<byte> drawn = stackalloc byte[3];
        random.Fill(drawn);
        var stamp = clock.GetUtcNow().ToString("yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture);
        return $"{name}-{stamp}-{Convert.ToHexStringLower(drawn)}";
    }
}
