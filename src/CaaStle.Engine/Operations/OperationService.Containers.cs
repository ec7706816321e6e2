using CaaStle.Engine.Journal;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Operations;

public sealed partial class OperationService
{
    public async Task<Operation> UpdateContainerAsync(UpdateContainer request, CancellationToken cancellationToken)
    {
        var subject = await ChangeableAsync(SubjectKey.Container(request.Name), cancellationToken);
        await RefuseObstaclesAsync(services.Planner.Cloud(subject.Cloud), cancellationToken);
        var former = ContainerDefinition.Parse(subject.Definition);
        var definition = former with { ContextArchive = request.ContextArchive, Dockerfile = request.Dockerfile ?? former.Dockerfile };
        var desired = subject.Desired with { Revision = await NextRevisionAsync(subject, cancellationToken) };
        var update = NewUpdate(
            subject, OperationAction.Update, definition.ToString(), definition.Dockerfile, desired, [], request.KeepOnFailure, [], request);
        return await EnqueueAsync([new(update, null)], cancellationToken);
    }
}
