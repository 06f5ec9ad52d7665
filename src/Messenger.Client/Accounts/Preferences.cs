using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client.Accounts;

/// <summary>What this person alone has of a conversation, on all devices: muted, pinned, archived (PREF-1 to PREF-7).</summary>
/// <remarks>All methods throw as <see cref="MessengerClient.Ask"/> does, and give what holds now.</remarks>
public sealed class Preferences
{
    private readonly MessengerClient _client;

    /// <param name="client">Of one of the person's devices.</param>
    public Preferences(MessengerClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
    }

    /// <summary>Those of all conversations that have any.</summary>
    public async Task<IReadOnlyList<ConversationPreferences>> List(CancellationToken cancellation = default) =>
        (await _client.Ask<ResponseConversationPreferences>(new RequestGetConversationPreferences(null), cancellation)).Preferences;

    /// <summary>Nothing of it is pushed, nor counted on the badge.</summary>
    /// <param name="until">Null: until it is taken back.</param>
    public Task<ConversationPreferences> Mute(string conversation, DateTimeOffset? until = null, CancellationToken cancellation = default) =>
        Set(new RequestSetConversationPreferences(
            conversation, MutedUntil: new(true, until?.ToUnixTimeMilliseconds() ?? RequestSetConversationPreferences.ForEver)), cancellation);

    /// <summary>Takes <see cref="Mute"/> back.</summary>
    public Task<ConversationPreferences> Unmute(string conversation, CancellationToken cancellation = default) =>
        Set(new RequestSetConversationPreferences(conversation, MutedUntil: new(true, null)), cancellation);

    /// <summary>Pins it, or not any more; at most 100 are.</summary>
    public Task<ConversationPreferences> Pin(string conversation, bool isPinned, CancellationToken cancellation = default) =>
        Set(new RequestSetConversationPreferences(conversation, Pinned: new(true, isPinned)), cancellation);

    /// <summary>Puts it away, or back.</summary>
    public Task<ConversationPreferences> Archive(string conversation, bool isArchived, CancellationToken cancellation = default) =>
        Set(new RequestSetConversationPreferences(conversation, Archived: new(true, isArchived)), cancellation);

    private async Task<ConversationPreferences> Set(RequestSetConversationPreferences request, CancellationToken cancellation)
    {
        var answer = await _client.Ask<ResponseConversationPreferences>(request, cancellation);
        return answer.Preferences is [var now] ? now : new ConversationPreferences(request.ConversationUuid, null, false, false, null, 0);
    }
}
