using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Grains.Tests.Fakes;
using Messenger.Grains.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>A silo with real users, registrations and conversations; only devices are stand-ins. Tests of one collection share it, one after another.</summary>
public sealed class UserSilo : IAsyncLifetime
{
    private static int _people;
    private GrainSilo? _silo;

    internal GrainSilo Silo => _silo!;

    internal DeviceRecords Devices { get; } = new();

    internal FakeJudge Judge { get; } = new();

    public async Task InitializeAsync() =>
        _silo = await GrainSilo.Start(silo => silo.Services.AddSingleton(Devices).AddSingleton<IRegistrationJudge>(Judge), typeof(DeviceStandIn));

    public async Task DisposeAsync() => await Silo.DisposeAsync();

    /// <summary>A phone that nobody has.</summary>
    internal Person Stranger() => new(this, $"+3579910{Interlocked.Increment(ref _people):0000}");

    /// <summary>A registered user with these applications; the first is the one that asks.</summary>
    internal async Task<Person> Person(params string[] applications)
    {
        var person = Stranger();
        foreach (var application in applications.DefaultIfEmpty("first"))
        {
            await person.Confirm(application);
        }

        return person with { Asking = applications.FirstOrDefault("first") };
    }

    /// <summary>A conversation of these; the first one created it.</summary>
    internal async Task<Guid> Conversation(bool dialog, params Person[] people)
    {
        var id = Guid.NewGuid();
        var others = people.Skip(1).ToDictionary(person => person.UserId, _ => "wrapped");
        var request = new RequestCreateConversationFull(
            null, id.ToString(), dialog, others, "nick", Guid.NewGuid().ToString(), new SessionKeyValue("wrapped", "signed", null, null, people[0].UserId), "title");
        Assert.Null((await Silo.Grains.GetGrain<IConversationGrain>(id).Create(people[0].Me, request)).Error);

        // Everyone was told of everyone: only then is what comes next the test's own.
        foreach (var person in people)
        {
            foreach (var application in person.Confirmed)
            {
                for (var told = 0; told < 2 * others.Count && !(person == people[0] && application == person.Asking); told++)
                {
                    await person.Device(application).HearsNotification();
                }
            }
        }

        return id;
    }

    /// <summary>That an action fails, and says why, because the log is away meanwhile.</summary>
    internal async Task FailsWithoutLog(Func<Task> action)
    {
        Silo.Log.Away = true;
        try
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(action);
        }
        finally
        {
            Silo.Log.Away = false;
        }
    }

    /// <summary>Waits for something that a timer sets going. Paced, so that a condition that moves the clock times out nothing that is under way.</summary>
    internal static async Task Until(Func<Task<bool>> holds)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); !await holds(); await Task.Delay(10))
        {
            Assert.True(DateTime.UtcNow < until, "it did not come to hold");
        }
    }
}

/// <summary>A person with a phone.</summary>
internal sealed record Person(UserSilo House, string Phone, string Asking = "first")
{
    public string UserId { get; } = UserIds.FromPhone(Phone);

    public Caller Me => new(UserId, ApplicationNames.Of(Asking));

    public IUserGrain Grain => House.Silo.Grains.GetGrain<IUserGrain>(UserId);

    public IRegistrationGrain Registration => House.Silo.Grains.GetGrain<IRegistrationGrain>(UserId);

    public DeviceRecord Device(string application) => House.Devices[DeviceKeys.Of(UserId, application)];

    public async Task<IEnumerable<string>> Applications() => (await Listed()).Select(application => application.Uuid);

    public Caller As(string application) => Me with { Application = ApplicationNames.Of(application) };

    /// <summary>What the list says, asked by one of them.</summary>
    public async Task<ApplicationInfo[]> Listed(string? by = null, bool confirmed = true) =>
        (await Grain.GetApplications(by is null ? Me : As(by), new RequestGetApplicationsFull(confirmed))).Value!.Applications;

    /// <summary>What one application is called by the others: the place is the same in everybody's list.</summary>
    public async Task<string> Called(string application)
    {
        var at = Array.FindIndex(await Listed(by: application), one => one.Uuid == application);
        return (await Listed(by: Confirmed.First(other => other != application)))[at].Uuid;
    }

    public Task<Result> Token(string application, string? token) =>
        Grain.UpdateDeviceToken(As(application), new RequestUpdateDeviceTokenByApplication(token, UserId, application));

    /// <summary>The uuids of those that were confirmed here.</summary>
    public List<string> Confirmed { get; } = [];

    public async Task Confirm(string application)
    {
        var others = Confirmed.Contains(application) ? [] : Confirmed.Distinct().ToList();
        Confirmed.Add(application);
        var now = House.Silo.Now;
        var info = new ApplicationInfo(application, null, "android", true, now, UserId, null, now, false, "SDK 34", "samsung", "SM-A336B");
        Assert.Null((await Grain.ConfirmApplication(info)).Error);
        foreach (var other in others)
        {
            // Those who were there hear of it: only then is what comes next the test's own.
            await Device(other).Hears<AuthenticationByApplicationNotification>();
        }
    }

    public string LastCode => House.Silo.Sms.LastCode(Phone);

    public static RequestAddUserKeys Keys(string generation) => new($"meta {generation}", $"nick {generation}", $"private {generation}", $"public {generation}");

    public async Task AddKeys(string generation = "1") => Assert.Null((await Grain.AddKeys(Me, Keys(generation))).Error);

    public async Task<UserInfo> Sees(Person other) => (await Grain.GetUserInfo(Me, new RequestGetUserInfo(other.UserId))).Value!.User;
}

/// <summary>Tests that share a silo, and its clock.</summary>
[CollectionDefinition(Name)]
public sealed class UserTests : ICollectionFixture<UserSilo>
{
    public const string Name = "users";
}
