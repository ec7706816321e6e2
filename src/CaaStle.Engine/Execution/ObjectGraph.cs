namespace CaaStle.Engine.Execution;

/// <summary>Runs work for keyed items in parallel, each item when those that it waits for are done.</summary>
internal static class ObjectGraph
{
    /// <param name="waitsFor">Keys of other items; keys that are none are passed over. Never in a circle.</param>
    /// <returns>Completes when all work has ended; fails with the first failure then.</returns>
    public static Task RunAsync<TItem>(
        IEnumerable<TItem> items, Func<TItem, string> keyOf, Func<TItem, IEnumerable<string>> waitsFor, Func<TItem, Task> work)
    {
        var all = items.Select(item => new Item<TItem>(item, keyOf(item))).ToList();
        var byKey = all.ToDictionary(item => item.Key);
        foreach (var item in all)
        {
            item.Before = [.. waitsFor(item.Content).Where(byKey.ContainsKey).Select(key => byKey[key])];
        }

        var tasks = new Dictionary<string, Task>();
        foreach (var item in InOrder(all))
        {
            Task[] before = [.. item.Before.Select(other => tasks[other.Key])];
            tasks[item.Key] = AfterAsync(before, work, item.Content);
        }

        return Task.WhenAll(tasks.Values);

        // Holds on to nothing else, however long it waits.
        static async Task AfterAsync(Task[] before, Func<TItem, Task> work, TItem item)
        {
            await Task.WhenAll(before);
            await work(item);
        }
    }

    /// <summary>Each after those that it waits for; the given order otherwise.</summary>
    private static List<Item<TItem>> InOrder<TItem>(List<Item<TItem>> items)
    {
        var ordered = new List<Item<TItem>>(items.Count);
        var open = new Stack<(Item<TItem> Item, int Next)>();
        foreach (var first in items)
        {
            open.Push((first, 0));
            while (open.TryPop(out var top))
            {
                if (top.Item.IsOrdered)
                {
                    continue;
                }

                if (top.Next == 0 && top.Item.IsEntered)
                {
                    throw new InvalidOperationException($"'{top.Item.Key}' waits for itself.");
                }

                top.Item.IsEntered = true;
                if (top.Next < top.Item.Before.Count)
                {
                    open.Push((top.Item, top.Next + 1));
                    open.Push((top.Item.Before[top.Next], 0));
                }
                else
                {
                    top.Item.IsOrdered = true;
                    ordered.Add(top.Item);
                }
            }
        }

        return ordered;
    }

    private sealed class Item<TItem>(TItem content, string key)
    {
        public TItem Content => content;

        public string Key => key;

        public IReadOnlyList<Item<TItem>> Before { get; set; } = [];

        public bool IsEntered { get; set; }

        public bool IsOrdered { get; set; }
    }
}
