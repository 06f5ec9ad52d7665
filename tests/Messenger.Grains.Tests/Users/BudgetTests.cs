using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Grains.Tests.Fakes;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What a write costs everybody is what it costs its author, by whatever request it comes.</summary>
public sealed class BudgetTests(BudgetTests.PoorHouse house) : IClassFixture<BudgetTests.PoorHouse>
{
    /// <summary>Six thousand notifications at once, and three hundred of this process' own.</summary>
    private static readonly BudgetOptions Options = new() { NotificationsPerMinute = 600, StoredBytesPerDay = 1_000_000, PeopleAddedPerDay = 50 };

    private static int _people;

    private readonly string _id = Registered(house);

    private GrainSilo Silo => house.Silo;

    private Caller Me => new(_id, "phone");

    [Fact]
    public void A_lease_is_all_or_nothing_and_time_gives_it_back()
    {
        var (book, lease) = UserBudget.Lease(new BudgetBook(), new WriteCost(10, 10), Options, now: 0);
        Assert.Equal((300, 50_000, 0, 0), (lease.Granted.Notifications, lease.Granted.Bytes, lease.Granted.People, lease.Wait));
        (book, lease) = UserBudget.Lease(book, new WriteCost(5700, 0), Options, 0);
        Assert.Equal(new WriteCost(5700, 0), lease.Granted);
        (var same, lease) = UserBudget.Lease(book, new WriteCost(1, 1), Options, 0);
        Assert.Equal((book, 1, "notifications"), (same, lease.Wait, lease.Short));
        (_, lease) = UserBudget.Lease(book, new WriteCost(600, 0), Options, 60_000);
        Assert.Equal(0, lease.Wait);
    }

    [Fact]
    public void More_than_a_whole_budget_takes_all_of_it_and_leaves_a_debt()
    {
        var (book, lease) = UserBudget.Lease(new BudgetBook(), new WriteCost(0, 0, People: 150), Options, 0);
        Assert.Equal(150, lease.Granted.People);
        Assert.Equal("people", UserBudget.Lease(book, new WriteCost(0, 0, People: 1), Options, 2 * 86_400_000).Lease.Short);
        Assert.Null(UserBudget.Lease(book, new WriteCost(0, 0, People: 1), Options, (2 * 86_400_000) + 1_800_000).Lease.Short);
    }

    [Fact]
    public async Task Renames_cost_what_they_send_and_others_are_not_touched()
    {
        var (group, others) = await Group(29);
        var renamed = 0;
        Result last;
        while ((last = await group.Rename(Me, new RequestRenameConversation(group.GetPrimaryKey().ToString(), $"title {renamed}"))).Error is null)
        {
            renamed++;
        }

        // 60 each: the creation took 1 800 of the 6 300 that there are.
        Assert.InRange(renamed, 60, 90);
        Assert.Equal((Statuses.TooManyRequests, true), (last.Error.Status, last.Error.Description!.StartsWith("too much is sent", StringComparison.Ordinal)));

        // By another request too, after an end of the user's actor as well; and a member's own budget is whole.
        await Silo.Deactivate(Silo.Grains.GetGrain<IUserGrain>(_id));
        Assert.Equal(Statuses.TooManyRequests, (await group.Rename(Me, new RequestRenameConversation(group.GetPrimaryKey().ToString(), "again"))).Error?.Status);
        await group.UpdateMemberNick(Me, new UpdateMemberNick(group.GetPrimaryKey().ToString(), "the rest, half a rename", null));
        Assert.Equal(Statuses.TooManyRequests, (await group.UpdateMemberNick(Me, new UpdateMemberNick(group.GetPrimaryKey().ToString(), "another", null))).Error?.Status);
        Assert.Equal(Result.Ok, await group.UpdateMemberNick(new Caller(others[0], "phone"), new UpdateMemberNick(group.GetPrimaryKey().ToString(), "mine", null)));
        Silo.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Result.Ok, await group.Rename(Me, new RequestRenameConversation(group.GetPrimaryKey().ToString(), "after a minute")));
    }

    [Fact]
    public async Task A_message_past_the_budget_is_refused_and_a_repeat_is_answered()
    {
        var (group, _) = await Group(1);
        var id = group.GetPrimaryKey().ToString();
        var key = (await group.Get(Me, new RequestGetConversationFull(id, null))).Value!.Conversation.SessionKeyUuid;
        var (sent, body) = (new List<RequestAddMessage>(), new string('x', 60_000));
        Result<SerializedResponse> last;
        do
        {
            sent.Add(new RequestAddMessage(body, id, HasFiles: false, "iv", Guid.NewGuid().ToString(), ReplyMessageUuid: null, key));
            last = (await group.AddMessages(Me, new Immutable<RequestAddMessage[]>([sent[^1]])))[0];
        }
        while (last.Error is null);

        // A megabyte a day, and a twentieth of it here.
        Assert.InRange(sent.Count, 15, 19);
        Assert.Equal((Statuses.TooManyRequests, true), (last.Error.Status, last.Error.Description!.StartsWith("too much is stored", StringComparison.Ordinal)));
        var both = await group.AddMessages(Me, new Immutable<RequestAddMessage[]>([sent[0], sent[^1]]));
        Assert.True(both[0].Value!.Repeated);
        Assert.Equal(Statuses.TooManyRequests, both[1].Error?.Status);
    }

    [Fact]
    public async Task Who_brings_people_into_conversations_pays_for_each()
    {
        await Group(29);
        var (made, error) = (0, (Error?)null);
        while (error is null)
        {
            error = (await Create(Guid.NewGuid(), [Registered(house)])).Error;
            made += error is null ? 1 : 0;
        }

        Assert.Equal(21, made);
        Assert.Equal((Statuses.TooManyRequests, true), (error.Status, error.Description!.StartsWith("too many people", StringComparison.Ordinal)));
    }

    /// <summary>Only the last refusal says who is registered: those before it are told to somebody whose budget is used up, too, and cost nothing.</summary>
    [Fact]
    public async Task What_says_nothing_of_who_is_registered_costs_no_discovery()
    {
        var (peer, blocking, nobody) = (Registered(house), Registered(house), UserIds.FromPhone("+35799999999"));
        await Silo.Users.AddToBlackList(blocking, _id);
        Assert.Null((await Create(Guid.NewGuid(), [peer], isDialog: true)).Error);
        house.Leases.Learnt.Clear();
        house.Leases.Learning = Error.TooManyRequests("too many users looked up", 7);
        try
        {
            Assert.Equal(Statuses.Forbidden, (await Create(Guid.NewGuid(), [blocking], isDialog: true)).Error?.Status);
            Assert.Equal(Statuses.Conflict, (await Create(Guid.NewGuid(), [peer], isDialog: true)).Error?.Status);
            Assert.Empty(house.Leases.Learnt);
            Assert.Equal(Statuses.TooManyRequests, (await Create(Guid.NewGuid(), [nobody], isDialog: true)).Error?.Status);
            Assert.Equal([nobody], Assert.Single(house.Leases.Learnt));
        }
        finally
        {
            house.Leases.Learning = Result.Ok;
        }

        Assert.Equal(Statuses.NotFound, (await Create(Guid.NewGuid(), [nobody], isDialog: true)).Error?.Status);
    }

    [Fact]
    public async Task Whose_list_is_full_is_brought_into_no_more_by_a_maker_of_many_and_by_everybody_else()
    {
        var (victim, newcomer) = (Registered(house), new Caller(Registered(house), "phone"));
        Silo.Log.Crowding = (people, maker) => maker == _id && people.Contains(victim) ? [victim] : [];
        try
        {
            var refused = (await Create(Guid.NewGuid(), [victim, Registered(house)])).Error;
            Assert.Equal((Statuses.TooManyRequests, true), (refused?.Status, refused!.Description!.StartsWith("too many people are added", StringComparison.Ordinal)));
            Assert.Null((await Create(Guid.NewGuid(), [victim], newcomer)).Error);

            // By whomever: the group is its maker's.
            var (group, others) = await Group(1);
            var key = (await group.Get(Me, new RequestGetConversationFull(group.GetPrimaryKey().ToString(), null))).Value!.Conversation.SessionKeyUuid;
            Assert.Equal(Result.Ok, await group.ChangeToAdmin(Me, new RequestChangeToAdmin(group.GetPrimaryKey().ToString(), others[0])));
            var added = await group.AddMember(new Caller(others[0], "phone"), new RequestAddMember(
                group.GetPrimaryKey().ToString(), key, new SessionKeyValue("wrapped", "signed", null, null, victim)));
            Assert.Equal(Statuses.TooManyRequests, added.Error?.Status);
        }
        finally
        {
            Silo.Log.Crowding = (_, _) => [];
        }
    }

    [Fact]
    public async Task Usual_writes_ask_nobody()
    {
        var (group, _) = await Group(1);
        var id = group.GetPrimaryKey().ToString();
        var key = (await group.Get(Me, new RequestGetConversationFull(id, null))).Value!.Conversation.SessionKeyUuid;
        var before = house.Leases.Count;
        for (var i = 0; i < 40; i++)
        {
            Assert.Null((await group.AddMessages(Me, new Immutable<RequestAddMessage[]>([new RequestAddMessage("body", id, false, "iv", Guid.NewGuid().ToString(), null, key)])))[0].Error);
        }

        Assert.Equal(before, house.Leases.Count);
    }

    [Fact]
    public async Task Contacts_and_params_are_paid_for_too()
    {
        var user = Silo.Grains.GetGrain<IUserGrain>(_id);
        Assert.Null((await user.ConfirmApplication(new ApplicationInfo("uuid", null, "android", true, Silo.Now, _id, null, Silo.Now, false, null, null, null))).Error);
        var (me, written) = (new Caller(_id, ApplicationNames.Of("uuid")), 0);
        Result last;
        while ((last = await user.UpdateParam(me, new UpdateParam("name", new string('x', 40_000) + written))).Error is null)
        {
            written++;
        }

        Assert.InRange(written, 20, 27);
        Assert.Equal(Statuses.TooManyRequests, last.Error.Status);
    }

    private static string Registered(PoorHouse house)
    {
        var id = UserIds.FromPhone($"+3579930{Interlocked.Increment(ref _people):0000}");
        house.Silo.Users.Put(Profiles.New(id, house.Silo.Now)).GetAwaiter().GetResult();
        return id;
    }

    private async Task<(IConversationGrain Group, string[] Others)> Group(int people)
    {
        string[] others = [.. Enumerable.Range(0, people).Select(_ => Registered(house))];
        var id = Guid.NewGuid();
        Assert.Null((await Create(id, others)).Error);
        return (Silo.Grains.GetGrain<IConversationGrain>(id), others);
    }

    private Task<Result<ResponseCreateConversation>> Create(Guid id, string[] others, Caller? by = null, bool isDialog = false) => Silo.Grains.GetGrain<IConversationGrain>(id).Create(by ?? Me, new RequestCreateConversationFull(
        null, id.ToString(), isDialog, others.ToDictionary(other => other, _ => "wrapped"), "nick", Guid.NewGuid().ToString(),
        new SessionKeyValue("wrapped", "signed", null, null, by?.UserId ?? _id), "title"));

    /// <summary>A silo where everybody may little.</summary>
    public sealed class PoorHouse : IAsyncLifetime
    {
        private GrainSilo? _silo;

        internal GrainSilo Silo => _silo!;

        /// <summary>Calls of <see cref="IUserBudget.Lease"/>.</summary>
        internal LeaseCounter Leases { get; } = new();

        public async Task InitializeAsync() => _silo = await GrainSilo.Start(
            silo => silo.Services.AddSingleton(new DeviceRecords()).AddSingleton(Microsoft.Extensions.Options.Options.Create(Options)).AddSingleton<IIncomingGrainCallFilter>(Leases),
            typeof(DeviceStandIn));

        public async Task DisposeAsync() => await Silo.DisposeAsync();
    }

    internal sealed class LeaseCounter : IIncomingGrainCallFilter
    {
        private int _count;

        public int Count => _count;

        /// <summary>What <see cref="IUserDiscovery.MayLearnOf"/> answers, and of whom it was asked.</summary>
        public Result Learning { get; set; } = Result.Ok;

        public System.Collections.Concurrent.ConcurrentQueue<string[]> Learnt { get; } = new();

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod?.Name == nameof(IUserDiscovery.MayLearnOf))
            {
                // Nobody here has an application.
                Learnt.Enqueue(((Immutable<string[]>)context.Request.GetArgument(1)!).Value);
                context.Result = Learning;
                return Task.CompletedTask;
            }

            if (context.InterfaceMethod?.Name == nameof(IUserBudget.Lease))
            {
                Interlocked.Increment(ref _count);
            }

            return context.Invoke();
        }
    }
}
