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
internal sealed class Stage : IAsyncDisposable
{
    private Stage(GrainSilo silo) => Silo = silo;

    public GrainSilo Silo { get; }

    public Told Told => Silo.Services.GetRequiredService<Told>();

    /// <param name="conversations">Bytes that all conversations may have in memory; 0 for the default.</param>
    public static async Task<Stage> Open(long conversations = 0)
    {
        var told = new Told();
        return new Stage(await GrainSilo.Start(silo => silo.AddIncomingGrainCallFilter(call =>
        {
            told.Arrived(call.MethodName);
            return call.Invoke();
        }).Services.AddSingleton(told).AddSingleton(new MemoryBudgets(new MemoryOptions { Conversations = conversations })), typeof(ListeningUser)));
    }

    /// <summary>A registered person with one application.</summary>
    public async Task<Caller> Person(int number)
    {
        var id = UserIds.FromPhone($"+3579900{number:0000}");
        await Silo.Users.Put(new UserRow(id, "public", "private", "meta", "pair", "nick", Silo.Now, Silo.Now, Silo.Now, Silo.Now, false));
        return new Caller(id, $"app{number}");
    }

    public async Task<Scene> Group(int people)
    {
        var cast = await Task.WhenAll(Enumerable.Range(0, people).Select(Person));
        return await Create(cast, dialog: false);
    }

    public async Task<Scene> Dialog() => await Create([await Person(0), await Person(1)], dialog: true);

    public async Task<Scene> Create(Caller[] cast, bool dialog)
    {
        var scene = new Scene(this, Guid.NewGuid(), Guid.NewGuid(), cast);
        Assert.Null((await scene.Grain.Create(cast[0], scene.Request(dialog))).Refusal);
        return scene;
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

/// <summary>A conversation and its people; the first one created it.</summary>
internal sealed record Scene(Stage Stage, Guid Id, Guid Key, Caller[] Cast)
{
    public IConversationGrain Grain => Stage.Silo.Grains.GetGrain<IConversationGrain>(Id);

    public string Uuid => Id.ToString();

    public RequestCreateConversationFull Request(bool dialog)
    {
        var others = Cast.Skip(1).ToDictionary(person => person.UserId, _ => "wrapped");
        return new RequestCreateConversationFull(dialog ? others : null, Uuid, dialog, dialog ? null : others, "nick", Key.ToString(), Value(Cast[0].UserId), "title");
    }

    public static SessionKeyValue Value(string user) => new("wrapped", "signed", null, null, user);

    public RequestAddMessage Message(Guid? uuid = null, Guid? reply = null) =>
        new("Ym9keQ==", Uuid, false, "aXY=", (uuid ?? Guid.NewGuid()).ToString(), reply?.ToString(), Key.ToString());

    public async Task<Answer<Accepted>> Send(Caller from, RequestAddMessage? message = null) =>
        (await Grain.AddMessages(from, new[] { message ?? Message() }.AsImmutable()))[0];

    public async Task<Message> Sent(Caller from, Guid? uuid = null) => Read((await Send(from, Message(uuid))).Value!);

    public static Message Read(Accepted accepted) =>
        JsonSerializer.Deserialize(accepted.Payload, WireJson.Default.ResponseAddedMessage)!.Message;

    public async Task<Message> See(Caller who, string uuid) =>
        Assert.Single((await Grain.GetMessagesByUuids(who, new RequestGetMessagesByUuids(Uuid, [uuid]))).Value!.Messages);
}

/// <summary>What users were told, in order.</summary>
internal sealed class Told
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Type, string Payload, string? Except)>> _heard = new();
    private readonly ConcurrentDictionary<string, int> _doubts = new();
    private readonly ConcurrentDictionary<string, int> _arrived = new();

    /// <summary>Runs when a user is about to hear something: a test's barrier, or its fault.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs when a user is about to be told to doubt.</summary>
    public Func<string, Task> BeforeDoubt { get; set; } = _ => Task.CompletedTask;

    /// <summary>What users say to what comes; they hear it only when they take it.</summary>
    public HandOver Answer { get; set; } = HandOver.Taken;

    /// <summary>What a device that is away would be woken with.</summary>
    public ConcurrentQueue<(string User, PushHint Hint)> Hints { get; } = new();

    public void Hear(string user, Notice notice, string? except)
    {
        if (notice.Push is { } hint)
        {
            Hints.Enqueue((user, hint));
        }

        _heard.GetOrAdd(user, _ => []).Enqueue((notice.Type, Encoding.UTF8.GetString(notice.Payload), except));
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

    /// <summary>What a doubt looks like among what a person heard, in order.</summary>
    public const string DoubtType = "(doubt)";

    public void Doubt(string user)
    {
        _heard.GetOrAdd(user, _ => []).Enqueue((DoubtType, "{}", null));
        _doubts.AddOrUpdate(user, 1, (_, count) => count + 1);
    }

    public int Doubts(Caller who) => _doubts.GetValueOrDefault(who.UserId);

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
internal sealed class ListeningUser(Told told) : Grain, IUserGrain, IUserPushes
{
    public Task Wake(PushHint[] messages)
    {
        told.Wake(this.GetPrimaryKeyString(), messages);
        return Task.CompletedTask;
    }

    public Task ForgetToken(string application, PushTarget dead) => throw new NotSupportedException();

    public Task LoseToken(string application, string token) => throw new NotSupportedException();

    public async Task<HandOver> Deliver(Guid conversation, long term, Immutable<Notice[]> notices, string? except)
    {
        await told.Before(this.GetPrimaryKeyString());
        var answer = told.Answer;
        if (answer != HandOver.Taken)
        {
            return answer;
        }

        foreach (var notice in notices.Value)
        {
            told.Hear(this.GetPrimaryKeyString(), notice, except);
        }

        return answer;
    }

    public async Task Doubt()
    {
        await told.BeforeDoubt(this.GetPrimaryKeyString());
        told.Doubt(this.GetPrimaryKeyString());
    }

    public Task<Answer> ConfirmApplication(ApplicationInfo application) => throw new NotSupportedException();

    public Task<Answer<Caller>> Verify(string applicationUuid) => throw new NotSupportedException();

    public Task<Answer> SetAvatar(Caller me, AvatarFile? avatar) => throw new NotSupportedException();

    public Task<Answer<Caller>> Authenticate(string applicationUuid) => throw new NotSupportedException();

    public Task<Answer> UpdateDeviceToken(Caller me, RequestUpdateDeviceTokenByApplication request) => throw new NotSupportedException();

    public Task<Answer<ResponseApplicationsFull>> GetApplications(Caller me, RequestGetApplicationsFull request) => throw new NotSupportedException();

    public Task<Answer> DeleteApplication(Caller me, RequestDeleteApplication request) => throw new NotSupportedException();

    public Task<Answer> DeleteUser(Caller me, RequestDeleteUser request) => throw new NotSupportedException();

    public Task<Answer> ConfirmDeleteUser(Caller me, RequestDeleteUserConfirmation request) => throw new NotSupportedException();

    public Task<Answer> AddKeys(Caller me, RequestAddUserKeys request) => throw new NotSupportedException();

    public Task<Answer> UpdateKeys(Caller me, RequestUpdateUserKeys request) => throw new NotSupportedException();

    public Task<Answer> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request) => throw new NotSupportedException();

    public Task<Answer> UpdateNick(Caller me, RequestUpdateUserNick request) => throw new NotSupportedException();

    public Task<Answer<ResponseUserInfo>> GetUserInfo(Caller me, RequestGetUserInfo request) => throw new NotSupportedException();

    public Task<Answer<ResponseUserInfoMulti>> GetUserInfoMulti(Caller me, RequestGetUserInfoMulti request) => throw new NotSupportedException();

    public Task<Answer<Params>> GetParams(Caller me, GetParams request) => throw new NotSupportedException();

    public Task<Answer> UpdateParam(Caller me, UpdateParam request) => throw new NotSupportedException();

    public Task<Answer<ResponseContactList>> GetContactList(Caller me, RequestGetContactList request) => throw new NotSupportedException();

    public Task<Answer> UpdateContactList(Caller me, RequestUpdateContactList request) => throw new NotSupportedException();

    public Task<Answer> UpdateContact(Caller me, UpdateContact request) => throw new NotSupportedException();

    public Task<Answer<ResponseRegisteredUsers>> GetRegisteredUsers(Caller me, RequestGetRegisteredUsers request) => throw new NotSupportedException();

    public Task<Answer> AddBlackList(Caller me, AddBlackList request) => throw new NotSupportedException();

    public Task<Answer> RemoveBlackList(Caller me, RemoveBlackList request) => throw new NotSupportedException();

    public Task<Answer<BlackList>> GetBlackList(Caller me, GetBlackList request) => throw new NotSupportedException();

    public Task<Answer<ResponseGetConversationsFull>> GetConversations(Caller me, RequestGetConversationsFull request) => throw new NotSupportedException();

    public Task<Answer> ReportUser(Caller me, AddUserReport request) => throw new NotSupportedException();
}
