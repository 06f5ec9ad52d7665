using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Users;

/// <summary>Muted, pinned, archived, and what clients keep besides.</summary>
internal sealed partial class UserGrain : IUserPreferences
{
    private IPreferences Preferences => ServiceProvider.GetRequiredService<IPreferences>();

    public async Task<Result<ResponseConversationPreferences>> GetPreferences(Caller me, RequestGetConversationPreferences request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        // One that is not the asker's has no row: it is left out, as one without preferences is.
        return Told([.. await Preferences.Of(UserId, request.ConversationUuids is { } uuids ? [.. uuids.Select(Guid.Parse).Distinct()] : null)]);
    }

    public async Task<Result<ResponseConversationPreferences>> SetPreferences(Caller me, RequestSetConversationPreferences request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var conversation = Guid.Parse(request.ConversationUuid);
        var before = await Preferences.Of(UserId, [conversation]) is [var known] ? known : new PreferenceRow(conversation, "", 0, false, false, null, 0);
        var wanted = Changed(before, request);
        if (wanted == before && before.Version > 0)
        {
            // Said again, perhaps because the answer was lost: the others may not have been told either.
            await TellPreferences(me, before, before);
            return Told(before);
        }

        if ((Stale(request.IfVersion, before.Version) ?? await FindExcess(wanted)) is { } excess)
        {
            return excess;
        }

        PreferenceRow? stored;
        try
        {
            stored = await Preferences.Put(UserId, wanted with { Version = before.Version + 1 });
        }
        finally
        {
            _mutes.Forget();
        }

        if (stored is null)
        {
            return Error.NotFound("there is no such conversation");
        }

        await TellPreferences(me, before, stored);
        return Told(stored);
    }

    private static PreferenceRow Changed(PreferenceRow before, RequestSetConversationPreferences request) => before with
    {
        MutedUntil = !request.MutedUntil.Given ? before.MutedUntil
            : request.MutedUntil.Value is RequestSetConversationPreferences.ForEver ? long.MaxValue
            : request.MutedUntil.Value ?? 0,
        Pinned = request.Pinned.Over(before.Pinned) ?? false,
        Archived = request.Archived.Over(before.Archived) ?? false,
        Data = request.Data.Over(before.Data),
    };

    private async Task<Error?> FindExcess(PreferenceRow wanted)
    {
        if (!wanted.Pinned && wanted.Data is null)
        {
            return null;
        }

        var others = await Preferences.Totals(UserId, wanted.Conversation);
        return wanted.Pinned && others.Pinned >= Limits.Pinned ? Error.BadRequest($"at most {Limits.Pinned} conversations are pinned")
            : others.Data + (wanted.Data?.Length ?? 0) > Limits.PreferenceDataTogether
                ? Error.BadRequest($"data of all conversations together takes at most {Limits.PreferenceDataTogether} characters")
            : null;
    }

    /// <summary>The other devices: those that are away show a badge that counts what is muted, or leaves out what is not any more.</summary>
    private async Task TellPreferences(Caller me, PreferenceRow before, PreferenceRow after)
    {
        var badge = before.MutedUntil > Now != after.MutedUntil > Now ? PushHint.Badge(UserId) : null;
        await TellChanged(AccountSections.Preferences, me.Application, badge);
    }

    private static ResponseConversationPreferences Told(params PreferenceRow[] rows) => new([.. rows.Select(WireViews.Preferences)]);
}
