using PhoneNumbers;

namespace Messenger.Grains.Registration;

/// <summary>Which phone numbers are taken, and what they are sent.</summary>
internal static class Phones
{
    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    /// <summary>
    /// Whether this is a possible number in E.164, in its one spelling: a leading plus, no spaces, no national prefix. Two spellings of one
    /// number would be two users.
    /// </summary>
    public static bool IsE164(string phone)
    {
        if (!phone.StartsWith('+'))
        {
            return false;
        }

        try
        {
            var number = Numbers.Parse(phone, defaultRegion: null);
            return Numbers.IsPossibleNumber(number) && Numbers.Format(number, PhoneNumberFormat.E164) == phone;
        }
        catch (NumberParseException)
        {
            return false;
        }
    }
}
