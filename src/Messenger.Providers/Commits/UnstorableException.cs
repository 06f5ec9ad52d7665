using Messenger.Ports;

namespace Messenger.Providers.Commits;

/// <summary>A text that not every store takes: found before it is sent, so that all of them refuse the same, and none is left in the middle of a write.</summary>
internal sealed class UnstorableException(string column) : Exception($"{column} holds what no store takes")
{
    public static void ThrowIfAny(string column, object? value)
    {
        if (value is string text ? !StorableText.Takes(text) : value is string?[] texts && !Array.TrueForAll(texts, StorableText.Takes))
        {
            throw new UnstorableException(column);
        }
    }
}
