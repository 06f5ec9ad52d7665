using System.Globalization;

namespace Messenger.Host.Configuration;

/// <summary>A key of the configuration: what it takes, what it is without, and why.</summary>
/// <param name="Name">Sections with colons; in the environment with two underscores instead.</param>
/// <param name="Takes">Ends the sentence "… takes".</param>
/// <param name="Default">As the documentation shows it.</param>
internal abstract record ConfigKey(string Name, string Takes, string Default, string Reason)
{
    public static ConfigKey<string?> Text(string name, string takes, string @default, string reason) =>
        new(name, takes, @default, reason, null, text => (true, text));

    /// <summary>Text that is never repeated in a message: it may hold a password.</summary>
    public static ConfigKey<string?> Secret(string name, string takes, string @default, string reason) =>
        Text(name, takes, @default, reason) with { IsSecret = true };

    public static ConfigKey<string> OneOf(string name, string @default, string reason, params string[] values) =>
        new(name, values is [var only] ? only : $"one of {string.Join(", ", values)}", @default, reason, @default, text => (values.Contains(text, StringComparer.Ordinal), text));

    public static ConfigKey<bool> Flag(string name, bool @default, string reason, string? shown = null) =>
        new(name, "true or false", shown ?? (@default ? "true" : "false"), reason, @default, text => (bool.TryParse(text, out var flag), flag));

    public static ConfigKey<int> Whole(string name, int least, int most, int @default, string reason, string? shown = null) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
            shown ?? @default.ToString(CultureInfo.InvariantCulture), reason, @default,
            text => (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most, number));

    public static ConfigKey<long> Bytes(string name, long least, long @default, string reason) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"a whole number of bytes, at least {least}"),
            @default.ToString(CultureInfo.InvariantCulture), reason, @default,
            text => (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least, number));

    public static ConfigKey<Uri?> Url(string name, string @default, string reason) =>
        new(name, "an absolute http or https URL", @default, reason, null,
            text => (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", url));
}

/// <summary>A key with the type that it reads as.</summary>
internal sealed record ConfigKey<T>(string Name, string Takes, string Default, string Reason, T Fallback, Func<string, (bool Fits, T Value)> Parse)
    : ConfigKey(Name, Takes, Default, Reason)
{
    public bool IsSecret { get; init; }

    /// <summary>The value, or <see cref="Fallback"/> where it is left out or empty.</summary>
    /// <exception cref="StartRefusedException">It is not what the key takes.</exception>
    public T Read(IConfiguration configuration)
    {
        var text = configuration[Name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return Fallback;
        }

        var (fits, value) = Parse(text.Trim());
        return fits ? value : throw Refuse($"it takes {Takes}", text.Trim());
    }

    /// <summary>Whether something was given.</summary>
    public bool IsGiven(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[Name]);

    /// <summary>A sentence about a value that was given.</summary>
    public StartRefusedException Refuse(string why, string given) =>
        new(IsSecret ? $"{Name}: {why}." : $"{Name} is '{given}', but {why}.");
}
