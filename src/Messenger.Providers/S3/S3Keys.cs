using System.Globalization;

namespace Messenger.Providers.S3;

/// <summary>How objects are named: from ids and numbers alone.</summary>
internal sealed class S3Keys(string prefix)
{
    /// <summary>Of everything in the store.</summary>
    public string Prefix => prefix;

    /// <summary>Of files that are complete, or become so.</summary>
    public string CompletePrefix => $"{prefix}files/";

    public string Complete(Guid id) => string.Create(CultureInfo.InvariantCulture, $"{CompletePrefix}{id:N}");

    /// <summary>The end of a file that grows, shorter than a part, named after the offset it reaches: an earlier one stays valid until the later is recorded.</summary>
    public string Tail(Guid id, long offset) => string.Create(CultureInfo.InvariantCulture, $"{Tails(id)}{offset}");

    public string Tails(Guid id) => string.Create(CultureInfo.InvariantCulture, $"{prefix}partial/{id:N}/");

    /// <summary>The file that an object belongs to; null for an object that is none of ours.</summary>
    public Guid? IdOf(string key) =>
        key[prefix.Length..].Split('/') is ["files" or "partial", var id, ..] && Guid.TryParseExact(id, "N", out var found) ? found : null;
}
