namespace Messenger.Conformance.Rules;

/// <summary>What was built into this assembly.</summary>
internal static class Resources
{
    public static Stream Open(string name) =>
        typeof(Resources).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} was not built in");
}
