using System.Data.Common;
using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Relational;

/// <summary>What is not the same in all databases.</summary>
internal interface IDatabase : IAsyncDisposable
{
    /// <summary>What makes a comparison of texts go by the codes of their letters; empty where all do.</summary>
    string ByCode => "";

    /// <summary>An open connection.</summary>
    Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>An open connection for the writer.</summary>
    Task<DbConnection> OpenWriterAsync() => OpenAsync(CancellationToken.None);

    /// <summary>Begins each of the writer's transactions.</summary>
    Task BeginAsync(Session session) => Task.CompletedTask;

    /// <summary>Comes last in each of them.</summary>
    Task EndAsync(Session session, long lastPosition) => Task.CompletedTask;

    /// <summary>Told when it is durable.</summary>
    void Committed()
    {
    }

    /// <summary>Tells an append, which has been made, from one that this server may not make: it throws.</summary>
    Task CheckAppendAsync(Session session, string operationId, IReadOnlyList<JournalEntry> entries) => Task.CompletedTask;

    /// <summary>Comes after each acceptance, in its transaction.</summary>
    Task AcceptAsync(Session session, IReadOnlyList<string> operationIds) => Task.CompletedTask;

    /// <summary>Whether the way to the database is at fault, and not what was asked.</summary>
    bool IsUnreachable(Exception failure) => false;

    /// <summary>Finds out whether the last transaction was committed, however long that takes; throws where it was certainly not.</summary>
    /// <param name="failure">What was answered to the commit.</param>
    /// <param name="closing">The store is to be closed, whether that is known or not.</param>
    Task<bool> IsCommittedAsync(Exception failure, CancellationToken closing) => Task.FromException<bool>(failure);

    /// <summary>What callers are told of a failure of the database. Nothing was written.</summary>
    StoreException Describe(Exception failure);

    /// <summary>Closes the connections that nobody uses.</summary>
    void Release();
}
