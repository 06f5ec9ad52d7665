using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Cli.Terminal;

/// <summary>Messages as lines: for people, or as JSON for scripts.</summary>
internal sealed class Lines(Person person, bool json)
{
    private readonly Dictionary<string, string> _phones = [];

    /// <summary>Output is for a pipe, not for HTML: Base64 stays readable.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Somebody whose number was typed is shown by it from now on.</summary>
    /// <returns>The user's id.</returns>
    public string Know(string phone)
    {
        var userId = UserIds.FromPhone(phone);
        _phones[userId] = phone;
        return userId;
    }

    /// <summary>The conversation that was named: by its uuid, or by the other person's phone, and made where there is none.</summary>
    public Task<string> Conversation(string named, CancellationToken cancellation) =>
        Guid.TryParse(named, out var uuid) ? Task.FromResult(uuid.ToString()) : person.Conversations.Dialog(Know(named), cancellation: cancellation);

    /// <summary>A title that opens; null: there is none, or it does not.</summary>
    public async Task<string?> Title(Conversation conversation, CancellationToken cancellation)
    {
        try
        {
            return await person.Conversations.OpenTitle(conversation, cancellation);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or RefusedException)
        {
            return null;
        }
    }

    /// <summary>One result: an object for scripts, or a line for people.</summary>
    public void Row(object row, string line) => Console.WriteLine(json ? JsonSerializer.Serialize(row, Json) : line);

    /// <summary>Opens a message and writes it. One that does not open is told and does not end the conversation.</summary>
    public async Task Open(Message message, CancellationToken cancellation)
    {
        try
        {
            Write(message, await person.Conversations.Open(message, cancellation), null);
        }
        catch (CryptographicException fault)
        {
            Write(message, null, fault.Message);
        }
    }

    public void Write(Message message, string? text, string? fault = null)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    message.Uuid,
                    message.ConversationUuid,
                    message.UserId,
                    message.Created,
                    text,
                    fault,
                    message.EventType,
                    message.EventUserId,
                    message.DeliveredMembers,
                    message.ReadedMembers,
                    message.Members,
                },
                Json));
            return;
        }

        var when = DateTimeOffset.FromUnixTimeMilliseconds(message.Created).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var who = message.UserId == person.Client.UserId ? "me" : _phones.GetValueOrDefault(message.UserId) ?? message.UserId[..8];
        Console.WriteLine($"{when}  {who,-12}  {(fault is null ? Plain(text) ?? $"({message.EventType ?? "deleted"})" : $"(cannot be read: {fault})")}");
    }

    /// <summary>What somebody sends must not steer this terminal: no escape sequences, one line.</summary>
    private static string? Plain(string? text) =>
        text is null ? null : string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
