using System.ComponentModel;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CaaStle.Server.Endpoints;

/// <summary>
/// Accepts a request that starts an operation, once however often it comes: a client whose answer was lost asks again by the same key.
/// </summary>
internal sealed class Acceptance
{
    private const int LongestKey = 100;

    /// <summary>The request's; null when the client gave none.</summary>
    [FromHeader(Name = Routes.RequestKeyHeader)]
    [Description("Names the request. One of the same name is answered with the operation that the first has started.")]
    public string? Key { get; init; }

    public required IStateStore Store { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <param name="accept">Checks the request and enqueues the operation, under the key.</param>
    /// <returns>The operation, or the one that a request of the same key has started before, whether it is under way or has ended.</returns>
    public async Task<Accepted<OperationView>> OnceAsync(OperationKind kind, SubjectKey subject, Func<Task<Operation>> accept)
    {
        if (await FindAsync() is { } first)
        {
            return Answer(first);
        }

        try
        {
            return Answer(await accept());
        }
        catch when (Key is not null)
        {
            // The first may have been accepted while this one was checked, and be what stands in its way.
            if (await FindAsync() is { } meanwhile)
            {
                return Answer(meanwhile);
            }

            throw;
        }

        // The last of several may be about what needs the subject.
        Accepted<OperationView> Answer(Operation operation) => operation.Kind == kind && operation.Holds.Append(operation.Subject).Contains(subject)
            ? Answers.Accepted(operation)
            : throw Refused($"It names an earlier request, which started {operation.Id} on {operation.Subject}. Each request takes a new one.");
    }

    private async Task<Operation?> FindAsync()
    {
        if (Key is null)
        {
            return null;
        }

        // Whatever is visible: some clients put it in quotation marks.
        return Key.Length is > 0 and <= LongestKey && Key.All(character => character is > ' ' and <= '~')
            ? await Store.FindRequestedAsync(Key, Cancellation)
            : throw Refused($"It takes 1 to {LongestKey} visible ASCII characters, such as a UUID.");
    }

    private static RefusedRequestException Refused(string detail) => new(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, $"The header {Routes.RequestKeyHeader} cannot be used.", detail);
}
