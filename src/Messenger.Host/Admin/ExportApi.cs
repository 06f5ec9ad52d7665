using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Contracts;
using Messenger.Ports;

namespace Messenger.Host.Admin;

/// <summary>
/// Everything stored about a person, with its description, in pages: the command line makes one file of them. Not for readers: it is more than a look.
/// </summary>
internal static class ExportApi
{
    public const string Path = "/admin/v1/users/export";

    /// <summary>Records of one page: some hundred kilobytes.</summary>
    private const int PageSize = 500;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What actors keep, and the tables do not show.</summary>
    private static readonly IReadOnlyList<DataSection> OfActors =
    [
        new("devices", "Devices that log in to the account; neither their credentials nor their push tokens.",
        [
            new("device", "string", "What the operator calls it."), new("type", "string", "The kind of application."), new("created", "integer", "Milliseconds since the Unix epoch."),
            new("lastLogin", "integer", "Milliseconds since the Unix epoch."), new("online", "boolean", "Whether it is connected now."),
            new("hasPushToken", "boolean", "Whether it can be woken."), new("osVersion", "string", "As the application said."), new("vendor", "string", "As the application said."),
            new("model", "string", "As the application said."),
        ]),
        new("contacts", "The contact list, as the client encrypted it.",
        [
            new("contactId", "string", "The id of the contact."), new("contactIdEncrypted", "string", "Encrypted by the client."), new("nickEncrypted", "string", "Encrypted by the client."),
            new("trustedFingerprintEncrypted", "string", "Encrypted by the client."),
        ]),
        new("params", "Values that the client keeps here.", [new("name", "string", "Its name."), new("value", "string", "As the client gave it."), new("userId", "string", "The person.")]),
        new("limits", "What counts against limits.",
        [
            new("codesSent", "array", "When codes were sent, in milliseconds since the Unix epoch."), new("wrongCodes", "array", "When codes were guessed wrong."),
            new("pendingRegistrations", "integer", "Applications that wait for a code."), new("registrationLock", "boolean", "Whether a registration needs a PIN."),
            new("wrongLocks", "array", "When a wrong PIN was given."), new("lookedUp", "integer", "Ids looked up that are remembered, as hashes."),
        ]),
    ];

    public static void MapExport(this RouteGroupBuilder api) => api.MapGet("/users/export", Export);

    private static async Task<IResult> Export(string? userId, string? phone, string? section, string? after, IPersonalData data, IGrainFactory grains)
    {
        var user = new Whom(userId, phone, null, null).Id();
        if (section is null)
        {
            return Results.Ok(new { userId = user, sections = (IEnumerable<DataSection>)[.. OfActors, .. data.Sections] });
        }

        if (OfActors.Any(one => one.Name == section))
        {
            return await Kept(grains, user, section);
        }

        if (data.Sections.All(one => one.Name != section))
        {
            throw new BadHttpRequestException("section takes a name that the call without one lists");
        }

        try
        {
            var page = await data.Read(section, user, after, PageSize);
            return Results.Ok(new { section, items = page.Items, next = page.Next });
        }
        catch (FormatException)
        {
            throw new BadHttpRequestException("after takes what the page before gave as next");
        }
    }

    private static async Task<IResult> Kept(IGrainFactory grains, string user, string section)
    {
        var kept = (await grains.GetGrain<IUserOperations>(user).Export()).Value;
        var phone = section == "limits" ? await grains.GetGrain<IPhoneOperations>(user).LookUp() : null;
        IEnumerable<object> items = section switch
        {
            "devices" => kept?.Devices ?? [],
            "contacts" => kept?.Contacts ?? [],
            "params" => kept?.Params ?? [],
            _ =>
            [
                new
                {
                    phone!.CodesSent, phone.WrongCodes, pendingRegistrations = phone.Pending, registrationLock = kept?.HasLock ?? false,
                    wrongLocks = kept?.WrongLocks ?? [], lookedUp = kept?.LookedUp ?? 0,
                },
            ],
        };
        return Results.Ok(new { section, items = items.Select(item => JsonSerializer.SerializeToNode(item, item.GetType(), Json) as JsonObject), next = (string?)null });
    }
}
