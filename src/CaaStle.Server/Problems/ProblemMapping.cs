using System.Globalization;
using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;
using CaaStle.Storage;

namespace CaaStle.Server.Problems;

/// <summary>What each failure is as a problem.</summary>
internal static class ProblemMapping
{
    /// <returns>Null for a defect of the server, which is told apart because it is logged.</returns>
    public static Problem? From(Exception failure, TimeProvider clock) => failure switch
    {
        RefusedRequestException refused => Create(refused.Status, refused.Code, refused.Message, refused.Detail, refused.Next),
        RefusedException refused => Create(StatusOf(refused.Code), refused.Code, refused.Message, null, refused.Next),
        InvalidDefinitionException invalid => Invalid(invalid),
        OperationConflictException conflict => Locked(conflict, clock),
        SubjectExistsException exists => AlreadyExists(exists),
        StoreException store => Create(
            StatusCodes.Status507InsufficientStorage, ProblemCodes.StorageFailed, "The state store cannot be used.", store.Message, ["cld server status"]),
        CloudException cloud => Create(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.CloudNotReady, "The cloud gave no answer.", cloud.Message, ["cld server status"]),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ForStatus(StatusCodes.Status413PayloadTooLarge, null),
        BadHttpRequestException bad => ForStatus(
            bad.StatusCode, bad.InnerException is JsonException json ? $"The body is not the JSON expected: {json.Message}" : bad.Message),
        _ => null,
    };

    /// <summary>A failure of which nothing but the status is known.</summary>
    public static Problem ForStatus(int status, string? detail) => status switch
    {
        StatusCodes.Status404NotFound => Create(
            status, ProblemCodes.NotFound, "There is nothing at this address.", detail ?? $"{Routes.OpenApi} lists what there is.", []),
        StatusCodes.Status405MethodNotAllowed => Create(
            status, ProblemCodes.InvalidRequest, "This address does not understand the method.", detail ?? "The header Allow lists those that it does.", []),
        StatusCodes.Status413PayloadTooLarge => Create(
            status, ProblemCodes.TooLarge, "The request's body is too large.", detail, []),
        StatusCodes.Status415UnsupportedMediaType => Create(
            status, ProblemCodes.InvalidRequest, "The request's body has the wrong content type.", detail ?? "application/json is expected.", []),
        >= StatusCodes.Status500InternalServerError => Create(status, ProblemCodes.Internal, "The server failed.", detail, []),
        _ => Create(status, ProblemCodes.InvalidRequest, "The request cannot be understood.", detail, []),
    };

    public static Problem Defect(string traceIdentifier) => Create(
        StatusCodes.Status500InternalServerError,
        ProblemCodes.Internal,
        "The server failed: this is a defect of CaaStle.",
        $"The server's log has the cause under trace id {traceIdentifier}. Please report it.",
        ["cld server status"]);

    private static int StatusOf(string code) => code switch
    {
        ProblemCodes.InvalidDefinition or ProblemCodes.InvalidRequest => StatusCodes.Status400BadRequest,
        ProblemCodes.Unauthorized => StatusCodes.Status401Unauthorized,
        ProblemCodes.Forbidden => StatusCodes.Status403Forbidden,
        ProblemCodes.NotFound => StatusCodes.Status404NotFound,
        ProblemCodes.AlreadyExists or ProblemCodes.Locked or ProblemCodes.NameTaken => StatusCodes.Status409Conflict,
        ProblemCodes.InUse or ProblemCodes.NotAvailable or ProblemCodes.LosesData => StatusCodes.Status412PreconditionFailed,
        ProblemCodes.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ProblemCodes.CloudNotReady => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static Problem Invalid(InvalidDefinitionException invalid)
    {
        var errors = invalid.Problems.Select(DefinitionViews.ToError).ToList();
        var files = string.Join(", ", errors.Select(error => error.File).Distinct());
        var title = errors.Count == 1 ? $"{files} has a mistake." : $"{files} has {errors.Count} mistakes.";
        return Create(StatusCodes.Status400BadRequest, ProblemCodes.InvalidDefinition, title, invalid.Message, []) with { Errors = errors };
    }

    private static Problem Locked(OperationConflictException conflict, TimeProvider clock)
    {
        var holder = conflict.Holder;
        var seconds = (clock.GetUtcNow() - holder.RequestedAt).TotalSeconds;
        var age = seconds switch
        {
            < 90 => $"{seconds:0} s",
            < 5400 => $"{seconds / 60:0} min",
            _ => $"{seconds / 3600:0} h",
        };
        var since = holder.RequestedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return Create(
            StatusCodes.Status409Conflict,
            ProblemCodes.Locked,
            $"{holder.Subject} is being worked on.",
            $"{holder.Id} ({Words.ActionOf(holder)} {holder.Subject}, asked for by {holder.RequestedBy}) is {Words.Of(holder.State)} "
            + $"since {since} UTC ({age} ago). Wait for it, or repeat the command with --wait-lock.",
            [$"cld op watch {holder.Id}"]) with
        { Operation = OperationViews.Of(holder) };
    }

    private static Problem AlreadyExists(SubjectExistsException exists)
    {
        var noun = Words.Noun(exists.Subject.Kind);
        return Create(
            StatusCodes.Status409Conflict,
            ProblemCodes.AlreadyExists,
            $"{exists.Subject} exists already.",
            "Take another name, or change or delete the one that exists.",
            [$"cld {noun} show {exists.Subject.Name}", .. Update(exists.Subject), $"cld {noun} delete {exists.Subject.Name}"]);

        static IReadOnlyList<string> Update(SubjectKey subject) => subject.Kind switch
        {
            SubjectKind.Environment => [$"cld env update {subject.Name} FILE"],
            SubjectKind.Container => [$"cld container update {subject.Name}"],
            _ => [$"cld app redeploy {subject.Name} FILE"],
        };
    }

    private static Problem Create(int status, string code, string title, string? detail, IReadOnlyList<string> next) =>
        new($"docs/errors.md#{code}", title, status, detail, code, next, [], null);
}
