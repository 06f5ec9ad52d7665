using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>Coming back by RequestSync: from its token, which is stored with what it stands for; and without it.</summary>
public sealed class SyncTests : ClientFixture
{
    private const string Gone = "11111111-e88c-4802-bb70-d7a18770939e";

    private protected override string[] Features => ["sync", "account"];

    [Fact]
    public async Task It_names_its_features_and_asks_what_changed_since_its_token()
    {
        var profile = Profile("t-1");
        var connection = await Resynchronise(profile, "t-1", Page([Sample.Conversation(5)], [Sample.Message(5)], token: "t-2", removed: [new RemovedConversation(Gone, "left")], account: ["contacts"]));
        await connection.Answer((await connection.Next<RequestGetMessagesByUuids>()).Asked, Sample.Page(3, 3));
        var (asked, page) = await connection.Next<RequestGetMessages>();
        Assert.Equal(Sample.MessageUuid(3), page.FromMessageUuid);
        Assert.Equal("t-1", profile.LoadProgress().SyncToken);
        await connection.Answer(asked, Sample.Page(4, 5));
        await connection.Answer((await connection.Next<RequestGetMessages>()).Asked, new ResponseGetMessages([]));

        Assert.Equal(Gone, Assert.IsType<ConversationGone>(await Next()).ConversationUuid);
        Assert.Equal([4, 5], await NextMessages(2));
        Assert.Equal(["contacts"], Assert.IsType<NotificationAccountChanged>(Assert.IsType<Messenger.Client.Notified>(await Next()).Notification).What);
        Assert.IsType<Online>(await Next());

        // Handled is what was asked past, and it is stored when nothing more waits; the token goes with it.
        await NothingElse(connection);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Device.Next(new CancellationToken(canceled: true)).AsTask());
        Assert.Equal("t-2", profile.LoadProgress().SyncToken);
        Assert.DoesNotContain(Gone.ToUpperInvariant(), profile.LoadProgress().Seen.Keys);
    }

    [Fact]
    public async Task What_a_pass_that_tells_everything_does_not_name_is_gone()
    {
        var connection = await Resynchronise(Profile("t-1"), "t-1", Page([Sample.Conversation(3)], [Sample.Message(3)], token: "t-2", isReset: true));
        Assert.Equal(Gone, Assert.IsType<ConversationGone>(await Next()).ConversationUuid, ignoreCase: true);
        Assert.IsType<Online>(await Next());
        await NothingElse(connection);
    }

    [Fact]
    public async Task A_token_of_another_life_and_a_server_without_it_lead_to_the_whole_list()
    {
        Start(Profile("t-1"));
        var connection = await Server.Accept();
        await connection.LetIn("resync");
        await connection.Answer((await connection.Next<RequestSync>()).Asked, Statuses.BadRequest);
        var (asked, anew) = await connection.Next<RequestSync>();
        Assert.Null(anew.Token);
        await connection.Answer(asked, Statuses.BadRequest);
        await connection.Answer((await connection.Next<RequestGetConversationsFull>()).Asked, Sample.Conversations(3));
        Assert.Equal(Gone, Assert.IsType<ConversationGone>(await Next()).ConversationUuid, ignoreCase: true);
        Assert.IsType<Online>(await Next());
    }

    private static MemoryProfile Profile(string token)
    {
        var profile = Sample.Profile("c-0");
        profile.SaveProgress(profile.LoadProgress() with
        {
            SyncToken = token,
            Seen = profile.LoadProgress().Seen
                .SetItem(Sample.ConversationUuid.ToUpperInvariant(), new Mark(Sample.MessageUuid(3), 3))
                .SetItem(Gone.ToUpperInvariant(), new Mark(Sample.MessageUuid(1), 1)),
        });
        return profile;
    }

    private static ResponseSync Page(
        Conversation[] conversations, Message[] last, string token, bool isReset = false, RemovedConversation[]? removed = null, string[]? account = null) =>
        new(isReset, conversations, [], last, [], [], [], removed ?? [], account ?? [], token, More: false);

    private async Task<StubConnection> Resynchronise(MemoryProfile profile, string token, ResponseSync page)
    {
        Start(profile);
        var connection = await Server.Accept();
        var (asked, login) = await connection.Next<RequestAuthenticationByApplication>();
        Assert.Equal(Features, login.Features);
        await connection.Answer(asked, Statuses.Ok, "resync");
        var (sync, request) = await connection.Next<RequestSync>();
        Assert.Equal(token, request.Token);
        await connection.Answer(sync, page);
        return connection;
    }
}
