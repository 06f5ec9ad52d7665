using PhoneNumbers;

namespace Messenger.Providers.Sms;

/// <summary>Which budget a number falls under: the longest prefix that has one of its own, else its country's calling code.</summary>
internal sealed class Prefixes(SmsCaps caps)
{
    private readonly PhoneNumberUtil _numbers = PhoneNumberUtil.GetInstance();
    private readonly string[] _own = [.. caps.Prefixes.Keys.OrderByDescending(prefix => prefix.Length)];

    /// <param name="phone">E.164.</param>
    public (string Prefix, int Cap) Of(string phone)
    {
        var digits = phone.TrimStart('+');
        if (_own.FirstOrDefault(prefix => digits.StartsWith(prefix, StringComparison.Ordinal)) is { } own)
        {
            return (own, caps.Prefixes[own]);
        }

        try
        {
            return (_numbers.Parse(phone, null).CountryCode.ToString(System.Globalization.CultureInfo.InvariantCulture), caps.PerPrefix);
        }
        catch (NumberParseException)
        {
            // No country's: together they have one country's budget.
            return ("none", caps.PerPrefix);
        }
    }
}
