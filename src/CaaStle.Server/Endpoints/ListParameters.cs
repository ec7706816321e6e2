using System.ComponentModel;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Server.Problems;

namespace CaaStle.Server.Endpoints;

/// <summary>What of a list is asked for, and from where on.</summary>
internal sealed class ListParameters
{
    private static readonly SubjectStatus[] All = Enum.GetValues<SubjectStatus>();

    [Description("Only those with such a name; * stands for any text.")]
    public string? Name { get; init; }

    [Description("Only those with this status.")]
    public string? Status { get; init; }

    [Description("Only those whose names come after this one: the last of the page before.")]
    public string? After { get; init; }

    [Description("At most so many. Where fewer come, there are no more.")]
    public int? Limit { get; init; }

    /// <param name="what">As <c>limit is 0</c>.</param>
    public static RefusedRequestException Invalid(string what, string expected) =>
        new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"The parameter {what}.", expected);

    /// <summary>Throws a 400 problem.</summary>
    public SubjectFilter ToFilter(SubjectKind kind) => new(kind, After, ReadLimit())
    {
        Name = string.IsNullOrEmpty(Name) ? null : Name,
        Status = string.IsNullOrEmpty(Status) ? null : ReadStatus(kind, Status),
    };

    private int ReadLimit() => Limit switch
    {
        null => int.MaxValue,
        >= 1 => Limit.Value,
        _ => throw Invalid($"limit is {Limit}", "It is 1 or more."),
    };

    private static SubjectStatus ReadStatus(SubjectKind kind, string word) =>
        Array.FindIndex(All, status => Words.Of(kind, status) == word) is var index and >= 0
            ? All[index]
            : throw Invalid($"status is '{word}'", $"It is one of {string.Join(", ", All.Select(status => Words.Of(kind, status)))}.");
}
