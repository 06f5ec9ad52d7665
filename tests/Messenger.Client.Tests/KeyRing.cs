using Messenger.Client.Crypto;

namespace Messenger.Client.Tests;

/// <summary>The key pairs of all these tests, made once: each takes seconds.</summary>
internal static class KeyRing
{
    private static readonly Lazy<KeyPair>[] Pairs = [.. Enumerable.Range(0, 3).Select(_ => new Lazy<KeyPair>(KeyPair.Create))];

    public static KeyPair Alice => Pairs[0].Value;

    public static KeyPair Bob => Pairs[1].Value;

    public static KeyPair Mallory => Pairs[2].Value;
}
