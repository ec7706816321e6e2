using System.Text.Json;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <param name="Key">Of the object that the place is, in its subject's blueprint.</param>
/// <param name="InUse">Not any more once that object is deleted; where it was stays known, for what might have been left there.</param>
internal sealed record LedgerEntry(string Key, PlaceState Place, bool InUse);

/// <summary>Where each subject of this installation is or was: a small file for each, in the cloud's own folder.</summary>
internal sealed class PlaceLedger(string folder)
{
    public LedgerEntry? Find(string subjectId)
    {
        var file = FileOf(subjectId);
        return File.Exists(file) ? JsonSerializer.Deserialize<LedgerEntry>(File.ReadAllText(file)) : null;
    }

    public void Write(string subjectId, LedgerEntry entry)
    {
        Directory.CreateDirectory(folder);
        var file = FileOf(subjectId);
        File.WriteAllText($"{file}.new", JsonSerializer.Serialize(entry));
        File.Move($"{file}.new", file, overwrite: true);
    }

    /// <summary>All places that anything was ever made in.</summary>
    public IReadOnlyList<AwsPlace> All() => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize<LedgerEntry>(File.ReadAllText(file))!.Place.At).Distinct()];

    private string FileOf(string subjectId) => Path.Combine(folder, $"{subjectId}.json");
}
