using System.Text.Json;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>What a client has that synchronises by RequestSync: applies pages as the protocol says, and notices what it forbids.</summary>
public sealed class Passes
{
    /// <summary>A page with its frame: CHG-5.</summary>
    private const int MaxBytes = 200 * 1024;

    private const int MostPages = 10_000;

    private readonly Dictionary<string, JsonElement> _conversations = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
    private bool _resetting;

    /// <summary>Of the last page; null before the first.</summary>
    public string? Token { get; set; }

    /// <summary>The conversations that the client has, by uuid.</summary>
    public IReadOnlyDictionary<string, JsonElement> Conversations => _conversations;

    /// <summary>One page. True: the pass goes on.</summary>
    public async Task<bool> Page(Phone phone, int limit)
    {
        var page = (await phone.Ask("RequestSync", new { token = Token, limit })).Done();
        Expect.True(page.GetRawText().Length < MaxBytes || page.Items("conversations").Length == 1, "a page is larger than it may be");
        Expect.True(page.Items("conversations").Length <= limit, "a page has more conversations than were asked for");
        if (page.Flag("reset"))
        {
            _resetting = true;
            _named.Clear();
        }

        foreach (var removed in page.Items("removed"))
        {
            _conversations.Remove(removed.Text("uuid")!);
        }

        foreach (var conversation in page.Items("conversations"))
        {
            _named.Add(conversation.Text("uuid")!);
            _conversations[conversation.Text("uuid")!] = conversation;
        }

        var more = page.Flag("more");
        if (!more && _resetting)
        {
            foreach (var gone in _conversations.Keys.Where(uuid => !_named.Contains(uuid)).ToList())
            {
                _conversations.Remove(gone);
            }

            _resetting = false;
        }

        Token = page.Text("token");
        return more;
    }

    /// <summary>A whole pass.</summary>
    public async Task Run(Phone phone, int limit = 50)
    {
        for (var pages = 0; await Page(phone, limit); pages++)
        {
            Expect.True(pages < MostPages, "a pass does not end");
        }
    }

    /// <summary>Holds what the client has against RequestGetConversationsFull.</summary>
    public async Task AreComplete(Phone phone)
    {
        var truth = (await phone.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations")
            .ToDictionary(conversation => conversation.Text("uuid")!, StringComparer.OrdinalIgnoreCase);
        Expect.Equal(truth.Keys.Order(StringComparer.Ordinal), _conversations.Keys.Order(StringComparer.Ordinal));
        foreach (var (uuid, conversation) in truth)
        {
            var known = _conversations[uuid];
            foreach (var member in conversation.EnumerateObject())
            {
                Expect.True(known.GetProperty(member.Name).GetRawText() == member.Value.GetRawText(), $"{member.Name} of {uuid} is {known.GetProperty(member.Name).GetRawText()}, and should be {member.Value.GetRawText()}");
            }
        }
    }
}
