namespace CaaStle.Engine.Execution;

/// <summary>Runs work for keyed items in parallel, each item when those that it waits for are done.</summary>
internal static class ObjectGraph
{
    /// <param name="items">Each after those that it waits for.</param>
    /// <param name="waitsFor">Keys of other items; keys that are none are passed over.</param>
    /// <returns>Completes when all work has ended; fails with the first failure then.</returns>
    public static Task RunAsync<TItem>(
        IEnumerable<TItem> items, Func<TItem, string> keyOf, Func<TItem, IEnumerable<string>> waitsFor, Func<TItem, Task> work)
    {
        var tasks = new Dictionary<string, Task>();
        foreach (var item in items)
        {
            Task[] before = [.. waitsFor(item).Where(tasks.ContainsKey).Select(key => tasks[key])];
            tasks[keyOf(item)] = AfterAsync(before, item);
        }

        return Task.WhenAll(tasks.Values);

        async Task AfterAsync(Task[] before, TItem item)
        {
            await Task.WhenAll(before);
            await work(item);
        }
    }
}
