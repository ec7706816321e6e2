using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Coe;

/// <summary>
/// Whether the user may do what is about to be done, as IAM's simulator sees it: by the policies and the boundary of a user or a role. What
/// restricts a session, and some of what an organization forbids, it does not know.
/// </summary>
internal sealed class AccountPermissions(AwsAccess access, AwsPlace at)
{
    private const int MostAtOnce = 100;

    /// <summary>Roles that belong to single sign-on: what they may do is decided there.</summary>
    private const string SingleSignOnPath = ":role/aws-reserved/sso.amazonaws.com/";

    /// <param name="actions">As policies have them: <c>rds:CreateDBInstance</c>.</param>
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(IReadOnlyList<string> actions, CancellationToken cancellationToken)
    {
        try
        {
            var identity = await access.IdentifyAsync(at.Profile, at.Region, cancellationToken);
            var iam = await access.OfAsync(AwsService.Iam, at, cancellationToken);
            if (await FindSourceAsync(iam, identity.Arn, cancellationToken) is not { } source)
            {
                return [];
            }

            var simulated = await Task.WhenAll(actions
                .GroupBy(ResourceOf)
                .SelectMany(group => group.Order(StringComparer.Ordinal).Chunk(MostAtOnce))
                .Select(some => SimulateAsync(iam, source, some, cancellationToken)));
            var refused = simulated.SelectMany(some => some).ToList();
            return refused.Count == 0 ? [] : [Describe(source, refused)];
        }
        catch (CloudException)
        {
            return [];
        }
    }

    /// <summary>Whose policies count; null where nobody's do.</summary>
    private static async Task<string?> FindSourceAsync(AwsClient iam, string caller, CancellationToken cancellationToken)
    {
        // As arn:aws:sts::123456789012:assumed-role/NAME/SESSION, which does not say where in the tree of roles it is.
        if (caller.Split(":assumed-role/") is not [_, var session])
        {
            return caller.Contains(":user/", StringComparison.Ordinal) ? caller : null;
        }

        var role = session.Split('/')[0];
        try
        {
            return (await iam.QueryAsync(new AwsRequest("GetRole").With("RoleName", role), cancellationToken)).Text("Arn");
        }
        catch (CloudException)
        {
            return $"arn:aws:iam::{caller.Split(':')[4]}:role/{role}";
        }
    }

    /// <summary>Roles and profiles of ours are under a path, where alone a policy may allow them. All else has names that nobody knows yet.</summary>
    private string ResourceOf(string action) =>
        !action.StartsWith("iam:", StringComparison.Ordinal) ? "*"
        : action.Contains("InstanceProfile", StringComparison.Ordinal) ? $"arn:aws:iam::{at.Account}:instance-profile/caastle/x"
        : $"arn:aws:iam::{at.Account}:role/caastle/x";

    private async Task<IReadOnlyList<string>> SimulateAsync(
        AwsClient iam, string source, string[] actions, CancellationToken cancellationToken)
    {
        var (refused, marker) = (new List<string>(), (string?)null);
        do
        {
            var page = await iam.QueryAsync(
                new AwsRequest("SimulatePrincipalPolicy")
                    .With("PolicySourceArn", source)
                    .WithList("ActionNames.member", actions)
                    .With("ResourceArns.member.1", ResourceOf(actions[0]))
                    .With("Marker", marker),
                cancellationToken);
            foreach (var result in page.List("EvaluationResults"))
            {
                // A condition that something of the call itself decides is met or not when the call is made.
                var isOpen = result.Descendants("MissingContextValues").Any(values => values.HasElements);
                if (!isOpen && result.Text("EvalDecision") is not "allowed" and var decision)
                {
                    refused.Add(result.Text("EvalActionName") + (decision == "explicitDeny" ? " (forbidden by a policy)" : ""));
                }
            }

            marker = page.TextOrNull("IsTruncated") == "true" ? page.TextOrNull("Marker") : null;
        }
        while (marker is not null);
        return refused;
    }

    private string Describe(string source, IEnumerable<string> refused)
    {
        var name = source[(source.LastIndexOf('/') + 1)..];
        var kind = source.Contains(":user/", StringComparison.Ordinal) ? "user" : "role";
        var give = source.Contains(SingleSignOnPath, StringComparison.Ordinal)
            ? "add it to the permission set in IAM Identity Center"
            : $"`aws iam attach-{kind}-policy --{kind}-name {name} --policy-arn arn:aws:iam::{at.Account}:policy/caastle`";
        return $"{source} may not do all that this needs: {string.Join(", ", refused)}. docs/aws/policy.json allows it: "
            + $"`aws iam create-policy --policy-name caastle --policy-document file://docs/aws/policy.json`, then {give}. "
            + "Where policies allow it for some resources only, take iam:SimulatePrincipalPolicy away: then it is not asked beforehand.";
    }
}
