using System.Text.Json;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Key">Of the object that the place is, in its subject's blueprint.</param>
/// <param name="InUse">Not any more once that object is deleted; where it was stays known, for what might have been left there.</param>
internal sealed record LedgerEntry(string Key, PlaceState Place, bool InUse)
{
    /// <summary>The name of the network that was made for the place, which goes with it; null for one that was there.</summary>
    public string? OwnNetwork { get; init; }

    /// <summary>When it was last asked for.</summary>
    public DateTimeOffset? AskedAt { get; init; }
}

/// <summary>Where each subject of this installation is or was: a small file for each, in the cloud's own folder.</summary>
internal sealed class PlaceLedger(string folder, TimeProvider clock)
{
    /// <summary>How long it stays known where something was: AWS's index of tags is late by minutes.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    public LedgerEntry? Find(string subjectId)
    {
        var file = FileOf(subjectId);
        return File.Exists(file) ? JsonSerializer.Deserialize<LedgerEntry>(File.ReadAllText(file)) : null;
    }

    public void Write(string subjectId, LedgerEntry entry)
    {
        Directory.CreateDirectory(folder);
        var file = FileOf(subjectId);
        using (var stream = File.Create($"{file}.new"))
        {
            JsonSerializer.Serialize(stream, entry);
            stream.Flush(flushToDisk: true);
        }

        File.Move($"{file}.new", file, overwrite: true);
    }

    /// <summary>All places where something is, or was not long ago.</summary>
    public IReadOnlyList<AwsPlace> All()
    {
        var places = new HashSet<AwsPlace>();
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
        {
            var entry = JsonSerializer.Deserialize<LedgerEntry>(File.ReadAllText(file))!;
            if (entry.InUse || clock.GetUtcNow() - File.GetLastWriteTimeUtc(file) < Memory)
            {
                places.Add(entry.Place.At);
            }
            else
            {
                File.Delete(file);
            }
        }

        return [.. places];
    }

    private string FileOf(string subjectId) => Path.Combine(folder, $"{subjectId}.json");
}
