namespace CaaStle.Engine.Tests.Definitions;

/// <summary>Files as they come out of an editor that a cat walks over.</summary>
internal static class Garbling
{
    private const string Letters = "{}[]:,-&*!|>'\"%@`#? \t\n\0~<=ax1$\uFEFF\u2028é";

    public static IEnumerable<string> Of(string good, int count = 2_000)
    {
        var random = new Random(1);
        for (var round = 0; round < count; round++)
        {
            var text = good.ToList();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0: text[at] = Letters[random.Next(Letters.Length)]; break;
                    case 1: text.Insert(at, Letters[random.Next(Letters.Length)]); break;
                    default: text.RemoveAt(at); break;
                }
            }

            yield return string.Concat(text);
        }
    }
}
