namespace CaaStle.Engine.Execution;

/// <summary>The journal could not be written while an object was worked on: the store's fault, neither the cloud's nor the extension's.</summary>
internal sealed class JournalException(Exception inner) : Exception(inner.Message, inner);
