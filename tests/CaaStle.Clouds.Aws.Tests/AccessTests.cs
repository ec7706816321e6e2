using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Docker;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>What a single call means, whichever way it goes.</summary>
public sealed class AccessTests(Peer peer)
{
    private const string Vpcs = "DescribeVpcs";

    [PeerTheory]
    [InlineData("Throttling", 400, CloudFault.Throttled)]
    [InlineData("RequestLimitExceeded", 503, CloudFault.Throttled)]
    [InlineData("InternalError", 500, CloudFault.Busy)]
    [InlineData("DependencyViolation", 400, CloudFault.Busy)]
    [InlineData("InvalidGroup.Duplicate", 400, CloudFault.Busy)]
    [InlineData("ExpiredToken", 400, CloudFault.Busy)]
    [InlineData("UnauthorizedOperation", 403, CloudFault.Refused)]
    [InlineData("InvalidParameterValue", 400, CloudFault.Refused)]
    public async Task An_error_keeps_its_code_and_words_and_is_not_asked_again_by_itself(string code, int status, CloudFault fault)
    {
        var account = await peer.NewAccountAsync();
        await account.FailAsync(Vpcs, FaultKind.Error, code: code, status: status, message: "No & never");

        var failure = await Assert.ThrowsAsync<CloudException>(async () => await CallAsync(account));

        Assert.Equal((fault, code), (failure.Fault, failure.Code));
        Assert.Contains($"{Vpcs}: No & never ({code}", failure.Message, StringComparison.Ordinal);
        Assert.Single(await account.CallsAsync(), call => call.Operation == Vpcs);
    }

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_without_an_answer_is_not_sent_again(bool isApplied)
    {
        var account = await peer.NewAccountAsync();
        await account.FailAsync(Vpcs, isApplied ? FaultKind.Lose : FaultKind.Close);

        var failure = await Assert.ThrowsAsync<CloudException>(async () => await CallAsync(account));

        Assert.Equal(CloudFault.Unreachable, failure.Fault);
        Assert.Single(await account.CallsAsync(), call => call.Operation == Vpcs);
    }

    [PeerFact]
    public async Task A_call_that_is_refused_for_its_date_is_sent_once_more()
    {
        var account = await peer.NewAccountAsync();
        await account.FailAsync(Vpcs, FaultKind.Error, code: "RequestTimeTooSkewed", status: 403, skew: 3600);

        await CallAsync(account);

        Assert.Equal(2, (await account.CallsAsync()).Count(call => call.Operation == Vpcs));
    }

    [PeerFact]
    public async Task Nothing_is_asked_in_another_account_than_the_object_is_in()
    {
        var account = await peer.NewAccountAsync();

        var failure = await Assert.ThrowsAsync<CloudException>(
            async () => await new AwsAccess(account.Variable).OfAsync(
                AwsService.Ec2, new("999999999999", Peer.Region, null), CancellationToken.None));

        Assert.Equal(CloudFault.Busy, failure.Fault);
        Assert.Contains("999999999999", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await account.CallsAsync(), call => call.Service == "ec2");
    }

    [Fact]
    public void Where_nothing_is_set_up_nothing_is_asked()
    {
        string? Variable(string name) => name switch { "HOME" => "/nonexistent", "AWS_EC2_METADATA_DISABLED" => "true", _ => null };

        using var docker = DockerClient.Find(Variable, record: null, TimeProvider.System);
        var cloud = new AwsCloud(new(Variable), new("/nonexistent", TimeProvider.System), "/nonexistent", docker, TimeProvider.System);

        Assert.False(cloud.IsSetUp);
    }

    [Fact]
    public void Where_something_was_is_forgotten_after_a_month()
    {
        var folder = Directory.CreateTempSubdirectory("aws-ledger-");
        var ledger = new PlaceLedger(folder.FullName, TimeProvider.System);
        foreach (var (subject, isInUse, age) in new[] { ("here", true, 100), ("recent", false, 1), ("past", false, 31) })
        {
            ledger.Write(subject, new("place", new(new(subject, Peer.Region, null), "", []), isInUse));
            File.SetLastWriteTimeUtc(Path.Combine(folder.FullName, $"{subject}.json"), DateTime.UtcNow - TimeSpan.FromDays(age));
        }

        Assert.Equal(["here", "recent"], ledger.All().Select(place => place.Account).Order());
        Assert.Null(ledger.Find("past"));
        folder.Delete(recursive: true);
    }

    [PeerFact]
    public async Task Profiles_are_read_again_when_their_file_has_changed()
    {
        var access = new AwsAccess(name => name is "AWS_SHARED_CREDENTIALS_FILE" ? peer.CredentialsFile : null);
        var (first, second) = (await peer.NewAccountAsync(), await peer.NewAccountAsync());
        await WriteAsync(first);
        Assert.Equal(first.Number, (await access.IdentifyAsync("work", Peer.Region, CancellationToken.None)).Account);
        await WriteAsync(second);
        Assert.Equal(second.Number, (await access.IdentifyAsync("work", Peer.Region, CancellationToken.None)).Account);
        var missing = await Assert.ThrowsAsync<CloudException>(() => access.IdentifyAsync("play", Peer.Region, CancellationToken.None));
        Assert.Contains("There is no profile 'play'", missing.Message, StringComparison.Ordinal);

        async Task WriteAsync(Account account)
        {
            await File.WriteAllTextAsync(
                peer.CredentialsFile,
                $"""
                [work]
                aws_access_key_id = {account.Environment["AWS_ACCESS_KEY_ID"]}
                aws_secret_access_key = {account.Environment["AWS_SECRET_ACCESS_KEY"]}
                aws_session_token = {account.Environment["AWS_SESSION_TOKEN"]}
                region = eu-west-1
                """);
            File.SetLastWriteTimeUtc(peer.CredentialsFile, new DateTime(2030, 1, 1, 0, 0, account.Number[^1] - '0', DateTimeKind.Utc));
        }
    }

    private static async Task CallAsync(Account account)
    {
        var ec2 = await new AwsAccess(account.Variable).OfAsync(
            AwsService.Ec2, new(account.Number, Peer.Region, null), CancellationToken.None);
        await ec2.QueryAsync(new(Vpcs), CancellationToken.None);
    }
}
