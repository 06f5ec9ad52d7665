namespace Messenger.Conformance.Phones;

/// <summary>How the codes that a server sends by SMS are obtained.</summary>
/// <param name="phone">The phone number that the code was sent to, in E.164.</param>
public delegate Task<string> Codes(string phone);

/// <summary>Codes of development servers.</summary>
public static class KnownCodes
{
    /// <summary>What a server takes that was started for development.</summary>
    public const string Development = "000000";

    /// <summary>The same code for every phone.</summary>
    public static Codes Fixed(string code) => _ => Task.FromResult(code);

    /// <summary>A code of the same length that differs in every digit.</summary>
    public static string Wrong(string code) => string.Concat(code.Select(digit => (char)('0' + '9' - digit)));
}
