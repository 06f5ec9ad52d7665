using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Hosting;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>A silo on which conversations play themselves and users write down what they are told.</summary>
internal sealed class ConversationFixture : IAsyncDisposable
{
    private ConversationFixture(GrainSilo silo) => Silo = silo;

    private int _dialogs;

    public GrainSilo Silo { get; }

    public DeliveryRecorder Deliveries => Silo.Services.GetRequiredService<DeliveryRecorder>();

    /// <param name="conversations">Bytes that all conversations may have in memory; 0 for the default.</param>
    public static async Task<ConversationFixture> Open(long conversations = 0)
    {
        var deliveries = new DeliveryRecorder();
        return new ConversationFixture(await GrainSilo.Start(silo => silo.AddIncomingGrainCallFilter(call =>
        {
            deliveries.Arrived(call.MethodName);
            return call.Invoke();
        }).Services.AddSingleton(deliveries).AddSingleton(new MemoryBudgets(new MemoryOptions { Conversations = conversations })), typeof(RecordingUser)));
    }

    /// <summary>A registered person with one application.</summary>
    public async Task<Caller> Person(int number)
    {
        var id = UserIds.FromPhone($"+3579900{number:0000}");
        await Silo.Users.Put(new UserRow(id, "public", "private", "meta", "pair", "nick", Silo.Now, Silo.Now, Silo.Now, Silo.Now, false));
        return new Caller(id, $"app{number}");
    }

    public async Task<TestConversation> Group(int people)
    {
        var members = await Task.WhenAll(Enumerable.Range(0, people).Select(Person));
        return await Create(members, dialog: false);
    }

    /// <summary>Of two people who have none yet.</summary>
    public async Task<TestConversation> Dialog()
    {
        var first = 1000 * _dialogs++;
        return await Create([await Person(first), await Person(first + 1)], dialog: true);
    }

    public async Task<TestConversation> Create(Caller[] members, bool dialog)
    {
        var tested = new TestConversation(this, Guid.NewGuid(), Guid.NewGuid(), members);
        Assert.Null((await tested.Grain.Create(members[0], tested.Request(dialog))).Error);
        return tested;
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

/// <summary>A conversation and its people; the first one created it.</summary>
internal sealed record TestConversation(ConversationFixture Fixture, Guid Id, Guid Key, Caller[] Members)
{
    public IConversationGrain Grain => Fixture.Silo.Grains.GetGrain<IConversationGrain>(Id);

    public string Uuid => Id.ToString();

    public RequestCreateConversationFull Request(bool dialog)
    {
        var others = Members.Skip(1).ToDictionary(person => person.UserId, _ => "wrapped");
        return new RequestCreateConversationFull(dialog ? others : null, Uuid, dialog, dialog ? null : others, "nick", Key.ToString(), Value(Members[0].UserId), "title");
    }

    public static SessionKeyValue Value(string user) => new("wrapped", "signed", null, null, user);

    public RequestAddMessage Message(Guid? uuid = null, Guid? reply = null) =>
        new("Ym9keQ==", Uuid, false, "aXY=", (uuid ?? Guid.NewGuid()).ToString(), reply?.ToString(), Key.ToString());

    public async Task<Result<SerializedResponse>> Send(Caller from, RequestAddMessage? message = null) =>
        (await Grain.AddMessages(from, new[] { message ?? Message() }.AsImmutable()))[0];

    public async Task<Message> Sent(Caller from, Guid? uuid = null) => Read((await Send(from, Message(uuid))).Value!);

    public static Message Read(SerializedResponse accepted) =>
        JsonSerializer.Deserialize(accepted.Payload, WireJson.Default.ResponseAddedMessage)!.Message;

    public async Task<Message> See(Caller who, string uuid) =>
        Assert.Single((await Grain.GetMessagesByUuids(who, new RequestGetMessagesByUuids(Uuid, [uuid]))).Value!.Messages);
}

/// <summary>What users were told, in order.</summary>
internal sealed class DeliveryRecorder
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Type, string Payload, string? Except)>> _heard = new();
    private readonly ConcurrentDictionary<string, int> _resyncs = new();
    private readonly ConcurrentDictionary<string, int> _arrived = new();

    /// <summary>Runs when a user is about to hear something: a test's barrier, or its fault.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs when a user is about to be told to resynchronise.</summary>
    public Func<string, Task> BeforeResync { get; set; } = _ => Task.CompletedTask;

    /// <summary>What users say to what comes; they hear it only when they take it.</summary>
    public DeliveryResult Answer { get; set; } = DeliveryResult.Delivered;

    /// <summary>What a device that is away would be woken with.</summary>
    public ConcurrentQueue<(string User, PushHint Hint)> Hints { get; } = new();

    /// <summary>What only sessions hear that named a feature, apart from what everybody hears.</summary>
    public ConcurrentQueue<(string User, SerializedNotification Told)> OfFeatures { get; } = new();

    public void Hear(string user, SerializedNotification notification, string? except)
    {
        if (notification.Feature != Features.None)
        {
            OfFeatures.Enqueue((user, notification));
            return;
        }

        if (notification.Push is { } hint)
        {
            Hints.Enqueue((user, hint));
        }

        _heard.GetOrAdd(user, _ => []).Enqueue((notification.Type, Encoding.UTF8.GetString(notification.Payload), except));
    }

    /// <summary>A call has come to an actor, and has its first turn now, before anything that comes later.</summary>
    public void Arrived(string method) => _arrived.AddOrUpdate(method, 1, (_, count) => count + 1);

    /// <summary>Begins a call and waits until it has come to its actor: calls of one client need not come in the order sent.</summary>
    public async Task Begins(string method, Action call)
    {
        var before = _arrived.GetValueOrDefault(method);
        call();
        await Until(() => _arrived.GetValueOrDefault(method) > before);
    }

    /// <summary>Who was woken for what.</summary>
    public ConcurrentQueue<(string User, PushHint Message)> Wakes { get; } = new();

    public void Wake(string user, PushHint[] messages) => Array.ForEach(messages, message => Wakes.Enqueue((user, message)));

    /// <summary>What a resync looks like among what a person heard, in order.</summary>
    public const string ResyncType = "(doubt)";

    public void RequireResync(string user)
    {
        _heard.GetOrAdd(user, _ => []).Enqueue((ResyncType, "{}", null));
        _resyncs.AddOrUpdate(user, 1, (_, count) => count + 1);
    }

    public int Resyncs(Caller who) => _resyncs.GetValueOrDefault(who.UserId);

    public IReadOnlyList<(string Type, string Payload, string? Except)> By(Caller who) => [.. _heard.GetValueOrDefault(who.UserId) ?? []];

    /// <summary>Waits until a person has heard this many of a type.</summary>
    public async Task<IReadOnlyList<JsonElement>> Hears(Caller who, string type, int count)
    {
        for (var until = DateTime.UtcNow.AddSeconds(10); ;)
        {
            var heard = By(who).Where(one => one.Type == type).Select(one => JsonDocument.Parse(one.Payload).RootElement).ToList();
            if (heard.Count >= count)
            {
                Assert.Equal(count, heard.Count);
                return heard;
            }

            Assert.True(DateTime.UtcNow < until, $"{heard.Count} of {count} {type} came");
            await Task.Yield();
        }
    }

    public static async Task Until(Func<bool> holds)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); !holds(); await Task.Delay(5))
        {
            Assert.True(DateTime.UtcNow < until, "it did not come to hold");
        }
    }
}

/// <summary>A user who writes down what it is told.</summary>
[Reentrant]
internal sealed class RecordingUser(DeliveryRecorder deliveries) : Grain, IUserGrain, IUserPushes
{
    public Task Wake(PushHint[] messages)
    {
        deliveries.Wake(this.GetPrimaryKeyString(), messages);
        return Task.CompletedTask;
    }

    public Task ForgetToken(string application, PushTarget dead) => throw new NotSupportedException();

    public Task LoseToken(string application, string token) => throw new NotSupportedException();

    public async Task<DeliveryResult> Deliver(Guid conversation, long term, Immutable<SerializedNotification[]> notifications, string? except)
    {
        await deliveries.Before(this.GetPrimaryKeyString());
        var result = deliveries.Answer;
        if (result != DeliveryResult.Delivered)
        {
            return result;
        }

        foreach (var notification in notifications.Value)
        {
            deliveries.Hear(this.GetPrimaryKeyString(), notification, except);
        }

        return result;
    }

    public async Task RequireResync()
    {
        await deliveries.BeforeResync(this.GetPrimaryKeyString());
        deliveries.RequireResync(this.GetPrimaryKeyString());
    }

    public Task<Result> ConfirmApplication(ApplicationInfo application) => throw new NotSupportedException();

    public Task<Result<Caller>> Verify(string applicationUuid) => throw new NotSupportedException();

    public Task<Result> SetAvatar(Caller me, AvatarFile? avatar) => throw new NotSupportedException();

    public Task<Result<Caller>> Authenticate(string applicationUuid) => throw new NotSupportedException();

    public Task<Result> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request) => throw new NotSupportedException();

    public Task<Result<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request) => throw new NotSupportedException();

    public Task<Result> DeleteApplication(Caller me, RequestDeleteApplication request) => throw new NotSupportedException();

    public Task<Result> DeleteUser(Caller me, RequestDeleteUser request) => throw new NotSupportedException();

    public Task<Result> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request) => throw new NotSupportedException();

    public Task<Result> AddKeys(Caller me, RequestAddUserKeys request) => throw new NotSupportedException();

    public Task<Result> UpdateKeys(Caller me, RequestUpdateUserKeys request) => throw new NotSupportedException();

    public Task<Result> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request) => throw new NotSupportedException();

    public Task<Result> UpdateNick(Caller me, RequestUpdateUserNick request) => throw new NotSupportedException();

    public Task<Result<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request) => throw new NotSupportedException();

    public Task<Result<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request) => throw new NotSupportedException();

    public Task<Result<Params>> GetParams(Caller me, GetParams request) => throw new NotSupportedException();

    public Task<Result> UpdateParam(Caller me, UpdateParam request) => throw new NotSupportedException();

    public Task<Result<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request) => throw new NotSupportedException();

    public Task<Result> UpdateContactList(Caller me, RequestUpdateContactList request) => throw new NotSupportedException();

    public Task<Result> UpdateContact(Caller me, UpdateContact request) => throw new NotSupportedException();

    public Task<Result<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request) => throw new NotSupportedException();

    public Task<Result> AddBlackList(Caller me, AddBlackList request) => throw new NotSupportedException();

    public Task<Result> RemoveBlackList(Caller me, RemoveBlackList request) => throw new NotSupportedException();

    public Task<Result<BlackList>> GetBlackList(Caller me, GetBlackList request) => throw new NotSupportedException();

    public Task<Result<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request) => throw new NotSupportedException();

    public Task<Result<ResponseSync>> Sync(Caller me, RequestSync request) => throw new NotSupportedException();

    public Task<Result> ReportUser(Caller me, AddUserReport request) => throw new NotSupportedException();
}
