using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

public sealed partial class OperationService
{
    public async Task<Operation> AcceptDriftAsync(AcceptDrift request, CancellationToken cancellationToken)
    {
        var environment = await ChangeableAsync(SubjectKey.Environment(request.Environment), cancellationToken);
        var observed = await new DriftReader(services).ReadAsync(request.Environment, cancellationToken);
        var incomplete = observed.Where(each => each.Drift == Drift.Missing).Select(each => each.Record.Subject).Distinct().ToList();
        if (incomplete.Count == 0)
        {
            throw new RefusedException(
                RefusedException.NotAvailable, $"Nothing of {environment.Key} is missing.", [$"cld env drift {request.Environment}"]);
        }

        var operations = new List<NewOperation>();
        foreach (var key in incomplete.OrderBy(key => key == environment.Key))
        {
            var subject = await ChangeableAsync(key, cancellationToken);
            IReadOnlyList<SubjectKey> holds = key == environment.Key ? [] : [environment.Key];

            // The last comes after the others, so that it is told what belongs together.
            string[] after = operations.Count == incomplete.Count - 1 ? [.. operations.Select(each => each.Operation.Id)] : [];
            operations.Add(new(
                NewUpdate(subject, OperationAction.Accept, subject.Definition, "", subject.Desired, holds, keepOnFailure: false, after, request), null));
        }

        return await EnqueueAsync(operations, cancellationToken);
    }
}
