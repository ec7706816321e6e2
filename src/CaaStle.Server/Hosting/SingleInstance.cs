using System.Net.Http.Headers;
using System.Text.Json;
using CaaStle.Api;

namespace CaaStle.Server.Hosting;

/// <summary>Sees to it that only one server works on a home, by an exclusive lock that ends with the process.</summary>
internal static class SingleInstance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <returns>The lock, to be disposed at the end; null when another server has it and answers.</returns>
    /// <exception cref="StartRefusedException">Another process has the lock and does not answer.</exception>
    public static async Task<IDisposable?> AcquireAsync(ServerHome home, TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            if (TryLock(home) is { } held)
            {
                return held;
            }

            if (await AnswersAsync(home))
            {
                return null;
            }

            if (clock.GetElapsedTime(began) > Patience)
            {
                throw new StartRefusedException(
                    $"Another process has the lock {home.LockFile} and does not answer. End it and try again; `fuser {home.LockFile}` tells which it is.");
            }

            await Task.Delay(Pause, clock);
        }
    }

    private static FileStream? TryLock(ServerHome home)
    {
        try
        {
            return new FileStream(home.LockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<bool> AnswersAsync(ServerHome home)
    {
        try
        {
            var address = JsonSerializer.Deserialize(await File.ReadAllTextAsync(home.AddressFile), ApiJson.Default.ServerAddress);
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await File.ReadAllTextAsync(home.TokenFile));
            using var answer = await client.GetAsync($"{address!.Url}{Routes.Operations}?limit=1");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or JsonException or OperationCanceledException)
        {
            return false;
        }
    }
}
