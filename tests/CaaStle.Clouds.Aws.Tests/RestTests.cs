using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Tests;

public sealed class RestTests(Peer peer)
{
    private const string FileSystems = "/2015-02-01/file-systems";

    private sealed record FileSystem(string FileSystemId, string CreationToken);

    private sealed record Page(IReadOnlyList<FileSystem> FileSystems);

    [PeerFact]
    public async Task An_operation_with_a_method_and_a_path_has_its_parameters_in_path_query_and_body()
    {
        var account = await peer.NewAccountAsync();
        var efs = await ClientAsync(account);

        var made = await efs.CallAsync<FileSystem>(
            new("CreateFileSystem", $"POST {FileSystems}") { Body = new { CreationToken = "a b/c" } }, Cancel);
        var listed = await efs.CallAsync<Page>(new AwsRequest("DescribeFileSystems", $"GET {FileSystems}").With("CreationToken", "a b/c"), Cancel);
        await efs.CallAsync(DeleteRequest(made.FileSystemId), Cancel);

        Assert.Equal(made, Assert.Single(listed.FileSystems));
        var calls = (await account.CallsAsync()).Where(call => call.Service == "elasticfilesystem").ToList();
        Assert.Equal(["CreateFileSystem", "DescribeFileSystems", "DeleteFileSystem"], calls.Select(call => call.Operation));
        Assert.All(calls, call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task An_error_has_the_code_and_the_words_of_the_service()
    {
        var account = await peer.NewAccountAsync();
        var efs = await ClientAsync(account);
        await account.FailAsync("DescribeFileSystems", FaultKind.Error, code: "ThrottlingException");

        var missing = await Assert.ThrowsAsync<CloudException>(() => efs.CallAsync(DeleteRequest("fs-0a1b2c3d"), Cancel));
        var throttled = await Assert.ThrowsAsync<CloudException>(
            () => efs.CallAsync(new AwsRequest("DescribeFileSystems", $"GET {FileSystems}"), Cancel));

        Assert.Equal("FileSystemNotFound", missing.Code);
        Assert.Contains("'fs-0a1b2c3d' does not exist", missing.Message, StringComparison.Ordinal);
        Assert.Equal(CloudFault.Throttled, throttled.Fault);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static AwsRequest DeleteRequest(string id) =>
        new AwsRequest("DeleteFileSystem", $"DELETE {FileSystems}/{{FileSystemId}}").With("FileSystemId", id);

    private static Task<AwsClient> ClientAsync(Account account) =>
        new AwsAccess(account.Variable).OfAsync(AwsService.Efs, new(account.Number, Peer.Region, null), Cancel);
}
