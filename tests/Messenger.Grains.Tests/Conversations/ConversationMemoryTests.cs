using Messenger.Grains.Conversations;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>What conversations keep in memory: so much each, so much all of them, and what is dropped is read again.</summary>
public sealed class ConversationMemoryTests : IAsyncDisposable
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    private readonly FakeTimeProvider _clock = new();
    private ConversationFixture? _fixture;

    private MemoryBudget Budget => _fixture!.Silo.Services.GetRequiredService<MemoryBudgets>().Conversations;

    public async ValueTask DisposeAsync()
    {
        if (_fixture is not null)
        {
            await _fixture.DisposeAsync();
        }
    }

    [Fact]
    public void A_conversation_keeps_a_mebibyte_and_outlines_of_the_rest()
    {
        var memory = Memory(100 * MiB);
        var recent = memory.Keep();
        var rows = Enumerable.Range(1, 100).Select(at => Row(at, 64 * KiB)).ToList();
        rows.ForEach(recent.Remember);
        Assert.InRange(recent.Bytes, MiB / 2, RecentMessages.MaxBytes);
        Assert.Equal(recent.Bytes, memory.Budget.Used);
        Assert.Equal(rows[^1], recent.Whole(rows[^1].Uuid));
        Assert.Null(recent.Whole(rows[0].Uuid));
        Assert.Equal(rows[0] with { Body = null, Iv = null }, recent.Outline(rows[0].Uuid));
    }

    [Fact]
    public void Small_messages_are_bounded_by_count()
    {
        var memory = Memory(100 * MiB);
        var recent = memory.Keep();
        var rows = Enumerable.Range(1, RecentMessages.MaxCount + 100).Select(at => Row(at, 10)).ToList();
        rows.ForEach(recent.Remember);
        Assert.Null(recent.Outline(rows[99].Uuid));
        Assert.Equal(rows[100], recent.Whole(rows[100].Uuid));
        Assert.Equal(rows[100..].Sum(RecentMessages.Size), memory.Budget.Used);
    }

    [Fact]
    public void When_all_together_are_too_much_the_largest_drops_its_bodies_and_of_equals_the_oldest()
    {
        var memory = Memory(4 * MiB);
        var small = Fill(memory, 5, KiB);
        var keepers = new List<(RecentMessages Recent, List<MessageRow> Rows)>();
        for (var i = 0; i < 20; i++)
        {
            keepers.Add(Fill(memory, 10, 40 * KiB));
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(memory.Budget.Used <= memory.Budget.Limit, $"{memory.Budget.Used} of {memory.Budget.Limit}");
        }

        Assert.True(memory.Budget.Sheds > 0);
        Assert.All(small.Rows, row => Assert.Equal(row, small.Recent.Whole(row.Uuid)));
        Assert.All(keepers[0].Rows, row => Assert.Null(keepers[0].Recent.Whole(row.Uuid)));
        Assert.All(keepers[0].Rows, row => Assert.NotNull(keepers[0].Recent.Outline(row.Uuid)));
        Assert.All(keepers[^1].Rows, row => Assert.Equal(row, keepers[^1].Recent.Whole(row.Uuid)));
    }

    [Fact]
    public void When_bodies_are_not_enough_the_outlines_go_and_marks_stay()
    {
        var memory = Memory(MiB);
        var first = memory.Keep();
        var marked = Row(1, 10) with { Objectionable = true };
        var deleted = Row(2, 10) with { Deleted = true, Body = null, Iv = null };
        first.Remember(marked);
        first.Remember(deleted);
        for (var i = 0; i < 50; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Fill(memory, 100, 1);
            Assert.True(memory.Budget.Used <= memory.Budget.Limit);
        }

        Assert.Equal(deleted, first.Whole(deleted.Uuid));
        Assert.Null(first.Whole(marked.Uuid));

        // Read from the log before the marks were on disk.
        first.Remember(deleted with { Deleted = false, Body = "body" });
        first.Remember(marked with { Objectionable = false });
        Assert.Equal(deleted, first.Whole(deleted.Uuid));
        Assert.Equal(marked, first.Whole(marked.Uuid));
        Assert.Equal(marked, first.Current(marked with { Objectionable = false }));

        // Reported while it was being deleted.
        first.Remember(deleted with { Deleted = false, Objectionable = true, Body = "body" });
        Assert.Equal(deleted with { Objectionable = true }, first.Whole(deleted.Uuid));
    }

    [Fact]
    public void What_is_closed_gives_all_back_and_takes_nothing()
    {
        var memory = Memory(MiB);
        var (recent, rows) = Fill(memory, 10, KiB);
        recent.Close();
        Assert.Equal(0, memory.Budget.Used);
        recent.Remember(rows[0]);
        Assert.Equal(0, memory.Budget.Used);
    }

    [Fact]
    public void What_is_under_way_drives_out_what_is_kept_and_not_the_reverse()
    {
        var memory = Memory(MiB);
        Fill(memory, 10, 40 * KiB);
        Assert.True(memory.TryReserve(900 * KiB));
        Assert.False(memory.TryReserve(200 * KiB));
        memory.Budget.Release(900 * KiB);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(memory.TryReserve(200 * KiB));
    }

    [Fact]
    public async Task A_conversation_whose_bodies_are_gone_answers_as_before()
    {
        _fixture = await ConversationFixture.Open();
        var conversation = await _fixture.Dialog();
        List<Message> sent = [];
        var large = new string('A', 200 * KiB);
        for (var i = 0; i < 12; i++)
        {
            sent.Add(TestConversation.Read((await conversation.Send(conversation.Members[0], conversation.Message() with { BodyEncryptedBase64 = large })).Value!));
        }

        Assert.InRange(Budget.Used, 1, RecentMessages.MaxBytes);
        Assert.Equal(large, (await conversation.See(conversation.Members[1], sent[0].Uuid)).BodyEncryptedBase64);
        Assert.Equal(sent[0], await conversation.Sent(conversation.Members[0], Guid.Parse(sent[0].Uuid)));
        Assert.Null((await conversation.Grain.DeleteMessage(conversation.Members[0], new RequestDeleteMessage(conversation.Uuid, sent[1].Uuid))).Error);
        var gone = await conversation.See(conversation.Members[1], sent[1].Uuid);
        Assert.True(gone.Deleted);
        Assert.True(string.IsNullOrEmpty(gone.BodyEncryptedBase64));
    }

    [Fact]
    public async Task An_actor_that_ends_gives_its_bytes_back()
    {
        _fixture = await ConversationFixture.Open();
        var conversation = await _fixture.Dialog();
        await conversation.Sent(conversation.Members[0]);
        Assert.True(Budget.Used > 0);
        await _fixture.Silo.Deactivate(conversation.Grain);
        await DeliveryRecorder.Until(() => Budget.Used == 0);
    }

    [Fact]
    public async Task What_a_failed_commit_drops_is_given_back()
    {
        _fixture = await ConversationFixture.Open();
        var conversation = await _fixture.Dialog();
        await conversation.Sent(conversation.Members[0]);
        Assert.True(Budget.Used > 0);
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        Assert.NotNull((await conversation.Send(conversation.Members[0])).Error);
        await DeliveryRecorder.Until(() => Budget.Used == 0);
    }

    [Fact]
    public async Task Messages_under_way_past_the_budget_are_refused_and_their_repeats_are_not()
    {
        _fixture = await ConversationFixture.Open(conversations: MiB);
        var conversation = await _fixture.Dialog();
        var stored = await conversation.Sent(conversation.Members[0]);
        var commit = new TaskCompletionSource();
        _fixture.Silo.Log.Before = _ => commit.Task;
        var large = new string('A', 200 * KiB);
        var first = conversation.Send(conversation.Members[0], conversation.Message() with { BodyEncryptedBase64 = large });
        await DeliveryRecorder.Until(() => Budget.Used > 600 * KiB);
        var refused = await conversation.Send(conversation.Members[0], conversation.Message() with { BodyEncryptedBase64 = large });
        Assert.Equal(Statuses.Unavailable, refused.Error?.Status);
        Assert.Contains("try again in", refused.Error?.Description, StringComparison.Ordinal);
        var repeat = await conversation.Send(conversation.Members[0], conversation.Message(Guid.Parse(stored.Uuid)) with { BodyEncryptedBase64 = large });
        Assert.Null(repeat.Error);
        commit.SetResult();
        Assert.Null((await first).Error);
        _fixture.Silo.Log.Before = null;
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await conversation.Send(conversation.Members[0], conversation.Message() with { BodyEncryptedBase64 = large })).Error);
    }

    [Fact]
    public async Task A_member_makes_so_many_session_keys_an_hour_and_messages_under_old_ones_are_taken()
    {
        _fixture = await ConversationFixture.Open();
        var conversation = await _fixture.Group(3);
        List<string> keys = [];
        for (var hour = 0; hour < 3; hour++)
        {
            for (var i = 0; i < 120; i++)
            {
                keys.Add((await Rekey(conversation, $"{hour} {i}")).Value!.SessionKeyUuid);
            }

            var refused = await Rekey(conversation, "one more");
            Assert.Equal(Statuses.TooManyRequests, refused.Error?.Status);
            Assert.Equal(keys[^1], (await Rekey(conversation, $"{hour} 119")).Value!.SessionKeyUuid);
            _fixture.Silo.Clock.Advance(TimeSpan.FromHours(1));
        }

        // 361 of them: memory has the newest.
        Assert.Null((await conversation.Send(conversation.Members[1], conversation.Message() with { SessionKeyUuid = keys[0] })).Error);
        Assert.Null((await conversation.Send(conversation.Members[1], conversation.Message() with { SessionKeyUuid = keys[^1] })).Error);
        var unknown = await conversation.Send(conversation.Members[1], conversation.Message() with { SessionKeyUuid = Guid.NewGuid().ToString() });
        Assert.Equal(Statuses.BadRequest, unknown.Error?.Status);
    }

    private static Task<Result<ResponseAddedSessionKey>> Rekey(TestConversation conversation, string wrapped) => conversation.Grain.AddNewSessionKeys(
        conversation.Members[1],
        new RequestAddNewSessionKeys(conversation.Uuid, [.. conversation.Members.Select(one => TestConversation.Value(one.UserId) with { KeyEncryptedBase64 = $"{wrapped} {one.UserId}" })]));

    private static MessageRow Row(long sequence, int chars) => new(
        sequence, Guid.NewGuid(), "uuid", "author", "key", "iv", new string('A', chars), sequence, HasFiles: false, null, null, Objectionable: false, Deleted: false, null);

    private static (RecentMessages Recent, List<MessageRow> Rows) Fill(ConversationMemory memory, int count, int chars)
    {
        var recent = memory.Keep();
        var rows = Enumerable.Range(1, count).Select(at => Row(at, chars)).ToList();
        rows.ForEach(recent.Remember);
        return (recent, rows);
    }

    private ConversationMemory Memory(long bytes) => new(new MemoryBudgets(new MemoryOptions { Conversations = bytes }), _clock);
}
