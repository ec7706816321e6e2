using Microsoft.Extensions.Logging.Console;

namespace CaaStle.Server.Hosting;

/// <summary>The console's log, set up when the first line comes: most starts of the server have nothing to say, and every start is waited for.</summary>
internal sealed class ConsoleLog : ILoggerProvider
{
    private readonly Lazy<ILoggerFactory> console = new(() => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddSimpleConsole(format =>
    {
        format.SingleLine = true;
        format.UseUtcTimestamp = true;
        format.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
        format.ColorBehavior = LoggerColorBehavior.Disabled;
    })));

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        if (console.IsValueCreated)
        {
            console.Value.Dispose();
        }
    }

    private sealed class Category(ConsoleLog log, string name) : ILogger
    {
        /// <summary>The framework asks this only for levels that are logged.</summary>
        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.console.Value.CreateLogger(name).Log(logLevel, eventId, state, exception, formatter);
    }
}
