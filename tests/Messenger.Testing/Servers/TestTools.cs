namespace Messenger.Testing.Servers;

/// <summary>What <c>tests/tools/files</c> installed.</summary>
public static class TestTools
{
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("MESSENGER_TEST_TOOLS") is { Length: > 0 } folder ? folder : "/tmp/messenger-test-tools";

    public static string Modules => Required(Path.Combine(Folder, "npm", "node_modules"));

    public static string Node { get; } = "node";

    public static string Required(string path) => Path.Exists(path)
        ? path
        : throw new InvalidOperationException($"{path} is missing: run tests/tools/files first");
}
