using Messenger.Contracts;

namespace Messenger.Grains.Registration;

/// <summary>What the operator does.</summary>
internal sealed partial class RegistrationGrain : IPhoneOperations
{
    public async Task<PhoneCard> LookUp() => Card(await _phone.Load());

    public async Task<PhoneCard> ClearLimits(bool dryRun)
    {
        var card = Card(await _phone.Load());
        if (!dryRun)
        {
            // What was counted between the two is cleared too, and was not told: nobody's loss.
            await _phone.Change(before => before.Sent.Length + before.Wrong.Length + before.OwnSent.Length + before.OwnWrong.Length == 0
                ? before
                : before with { Sent = [], Wrong = [], OwnSent = [], OwnWrong = [] });
        }

        return card;
    }

    private PhoneCard Card(PhoneState phone)
    {
        var pruned = phone.Pruned(Options, Now);

        // Strangers' and the account's own count apart: both are told, and of the two waits the longer.
        return new PhoneCard(
            [.. pruned.Sent.Concat(pruned.OwnSent).Order()],
            [.. pruned.Wrong.Concat(pruned.OwnWrong).Order()],
            pruned.Pending.Count(pending => !pending.Code.Used),
            Math.Max(pruned.Wait(CodePurpose.Registration, Options, Now), pruned.Wait(CodePurpose.UpdateKeys, Options, Now)),
            Math.Max(pruned.WaitToGuess(CodePurpose.Registration, Options, Now), pruned.WaitToGuess(CodePurpose.UpdateKeys, Options, Now)));
    }
}
