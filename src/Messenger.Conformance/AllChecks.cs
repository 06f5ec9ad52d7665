using Messenger.Conformance.Checks;

namespace Messenger.Conformance;

/// <summary>Every check, and the rules that none can try from outside.</summary>
public static class AllChecks
{
    private const string Client = "it binds the client, not the server";

    public static IReadOnlyList<Check> List { get; } =
    [
        .. ConnectionChecks.All, .. BadInputChecks.All, .. RegistrationChecks.All, .. DeleteUserChecks.All, .. ProfileChecks.All, .. LastSeenChecks.All, .. ContactChecks.All,
        .. ConversationChecks.All, .. MembershipChecks.All, .. DialogChecks.All, .. VisibilityChecks.All, .. SessionKeyChecks.All, .. MessageChecks.All, .. PaginationChecks.All, .. ReceiptChecks.All,
        .. OrderChecks.All, .. RetryChecks.All, .. ResumeChecks.All, .. FileChecks.All, .. FileRefusalChecks.All, .. SeedExactChecks.All, .. FeatureChecks.All, .. ChangeChecks.All, .. AccountChecks.All, .. PreferenceChecks.All, .. HintChecks.All, .. SignalChecks.All, .. ExpiryChecks.All, .. LockChecks.All, .. CallsChecks.All, .. WebPushChecks.All, .. LinkingChecks.All, .. LimitChecks.All,
    ];

    /// <summary>Rule id to the reason why no client can try it.</summary>
    public static IReadOnlyDictionary<string, string> NotCheckable { get; } = new Dictionary<string, string>
    {
        ["ENV-11"] = "pings of the server are answered below what a client sees",
        ["CLOSE-1"] = Client,
        ["CLOSE-2"] = Client,
        ["CLOSE-3"] = "the server would have to be overloaded",
        ["NOT-3"] = "the server would have to fail",
        ["NOT-5"] = Client,
        ["RES-1"] = Client,
        ["SYNC-1"] = Client,
        ["REL-1"] = "the server would have to be killed; the end-to-end tests do that",
        ["REL-7"] = "a worker would have to hang; the gateway's own tests do that",
        ["REL-5"] = "a process of the cluster would have to be killed; the end-to-end tests do that",
        ["TRY-1"] = Client,
        ["TRY-2"] = Client,
        ["REG-2"] = "an SMS is seen by its phone alone, and ten minutes are long",
        ["REG-16"] = "it takes more codes than a phone gets; the tests of the actors do that",
        ["RES-7"] = "the server would have to be stopped; the end-to-end tests do that",
        ["CONV-12"] = Client,
        ["KEY-6"] = Client,
        ["RCP-5"] = Client,
        ["EXT-5"] = Client,
        ["PREF-7"] = "a push is seen by its provider alone; the tests of the actors and the end-to-end tests look",
        ["CHG-8"] = "what a pass costs is seen by its server alone; the tests of the stores look",
        ["SIG-6"] = "a push is seen by its provider alone; the tests of the actors and of the providers look",
        ["LOCK-3"] = "it takes days; the tests of the actors do that",
        ["LOCK-4"] = "a server for development lets nothing cool; the access matrix is tried with one that does",
        ["LOCK-5"] = "it takes more codes than a phone gets; the tests of the actors do that",
        ["FILE-15"] = "which origins are allowed is the operator's choice; the end-to-end tests do that",
        ["WEB-3"] = "a push service of a browser alone sees it; the tests of the providers play one, with a browser behind it",
        ["LIM-5"] = "what waits in the server and what waits in the network look alike from outside",
        ["LIM-8"] = "an operator's numbers are reached in minutes or days; the server's own tests reach small ones",
        ["LIM-7"] = "a WebSocket client of .NET sends no control frames by its own choice; the gateway's tests do, byte by byte",
    };
}
