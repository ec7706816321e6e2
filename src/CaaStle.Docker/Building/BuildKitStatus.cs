namespace CaaStle.Docker.Building;

/// <summary>What changed in a build, as BuildKit's <c>moby.buildkit.v1.StatusResponse</c> tells it.</summary>
internal sealed record BuildKitStatus(IReadOnlyList<BuildKitVertex> Vertexes, IReadOnlyList<BuildKitLog> Logs)
{
    public static BuildKitStatus Parse(ReadOnlySpan<byte> message)
    {
        var (vertexes, logs) = (new List<BuildKitVertex>(), new List<BuildKitLog>());
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    vertexes.Add(BuildKitVertex.Parse(reader.Bytes));
                    break;
                case 3:
                    logs.Add(BuildKitLog.Parse(reader.Bytes));
                    break;
            }
        }

        return new(vertexes, logs);
    }
}

/// <summary>One step of a build.</summary>
/// <param name="Error">Why it failed; empty when it did not.</param>
internal sealed record BuildKitVertex(
    string Digest, string Name, bool IsCached, DateTimeOffset? Started, DateTimeOffset? Completed, string Error)
{
    public static BuildKitVertex Parse(ReadOnlySpan<byte> message)
    {
        var vertex = new BuildKitVertex("", "", false, null, null, "");
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            vertex = reader.Field switch
            {
                1 => vertex with { Digest = reader.Text },
                3 => vertex with { Name = reader.Text },
                4 => vertex with { IsCached = reader.Number != 0 },
                5 => vertex with { Started = ParseTimestamp(reader.Bytes) },
                6 => vertex with { Completed = ParseTimestamp(reader.Bytes) },
                7 => vertex with { Error = reader.Text },
                _ => vertex,
            };
        }

        return vertex;
    }

    private static DateTimeOffset ParseTimestamp(ReadOnlySpan<byte> message)
    {
        var at = DateTimeOffset.UnixEpoch;
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            at += reader.Field == 1 ? TimeSpan.FromSeconds(reader.Number) : TimeSpan.FromTicks(reader.Number / 100);
        }

        return at;
    }
}

/// <param name="Vertex">The digest of the step that wrote the text.</param>
internal sealed record BuildKitLog(string Vertex, string Text)
{
    public static BuildKitLog Parse(ReadOnlySpan<byte> message)
    {
        var log = new BuildKitLog("", "");
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            log = reader.Field switch
            {
                1 => log with { Vertex = reader.Text },
                4 => log with { Text = reader.Text },
                _ => log,
            };
        }

        return log;
    }
}
