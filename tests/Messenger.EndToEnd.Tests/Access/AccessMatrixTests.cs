using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.Protocol;

namespace Messenger.EndToEnd.Tests.Access;

/// <summary>Every request, asked by everybody: nobody gets what is another's, and nobody is refused what is theirs.</summary>
public class AccessMatrixTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public void Every_request_has_a_row() => Assert.Equal(
        typeof(IRequest).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IRequest)) && !type.IsInterface).Select(type => type.Name).Order(StringComparer.Ordinal),
        Matrix.Rows.Select(row => row.Request).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task Everybody_gets_the_status_of_the_table()
    {
        await using var participants = await Participants.Gather(Server);
        var wrong = new List<string>();
        var shared = await participants.Place();
        foreach (var row in Matrix.Rows)
        {
            var place = Matrix.AboutConversations.Contains(row) ? await participants.Place() : shared;
            foreach (var role in Enum.GetValues<Role>())
            {
                var tried = place.For(role);
                var reply = await tried.Me.Ask(row.Request, row.Payload(tried));
                var (got, expected) = (reply.Status ?? "ok", row.Expected[(int)role]);
                if (got != expected)
                {
                    wrong.Add($"{row.Request} {row.Variant} by {role}: {got} ({reply.Description}), expected {expected}");
                }
                else if (got != "ok")
                {
                    Assert.False(string.IsNullOrEmpty(reply.Description), $"{row.Request} by {role} is refused without a word");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Not only the status: what a refusal says tells nothing about what exists.</summary>
    [Fact]
    public async Task What_is_hidden_looks_like_what_is_not_there()
    {
        await using var participants = await Participants.Gather(Server);
        var place = await participants.Place();
        foreach (var row in Matrix.Rows.Where(row => row.Expected[(int)Role.Stranger] == "not_found"))
        {
            var tried = place.For(Role.Stranger);
            var there = await tried.Me.Ask(row.Request, row.Payload(tried));
            var nowhere = tried with { Conversation = tried.Conversation with { Uuid = Opaque.Uuid() }, Message = Opaque.Uuid() };
            var away = await tried.Me.Ask(row.Request, row.Payload(nowhere));

            Assert.Equal((away.Type, away.Status, away.Description), (there.Type, there.Status, there.Description));
        }
    }

    /// <summary>The same for files and avatars, whose bytes go over HTTP.</summary>
    [Fact]
    public async Task Everybody_gets_the_code_of_the_table_over_HTTP()
    {
        await using var participants = await Participants.Gather(Server);
        var wrong = new List<string>();
        foreach (var (what, ask, expected) in Http)
        {
            var place = await participants.Place();
            foreach (var role in Enum.GetValues<Role>())
            {
                using var files = new FileClient(Server.Http, role == Role.Guest ? null : participants[role]);
                using var answer = await ask(files, place.For(role));
                if ((int)answer.StatusCode != expected[(int)role])
                {
                    wrong.Add($"{what} by {role}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}, expected {expected[(int)role]}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static readonly (string What, Func<FileClient, AccessCase, Task<HttpResponseMessage>> Ask, int[] Expected)[] Http =
    [
        ("a file in one shot", (http, s) => http.OneShot(s.Conversation, s.Message, "name", [1, 2, 3]), [401, 404, 404, 403, 403, 201]),
        ("the start of an upload", (http, s) => http.Create(FileClient.Metadata(s.Conversation, s.Message, "name"), "3"), [401, 404, 404, 403, 403, 201]),
        ("a download without a signature", (http, s) => http.Send(HttpMethod.Get, $"/download/conversation_{s.C}/{s.Message}_name"), [401, 404, 404, 404, 404, 404]),
        ("a conversation's avatar read", (http, s) => http.Send(HttpMethod.Get, $"/avatar/conversation_{s.C}"), [401, 404, 404, 404, 404, 404]),
        ("a conversation's avatar set", (http, s) => http.Send(HttpMethod.Put, $"/avatar/conversation_{s.C}", Picture()), [401, 404, 404, 403, 403, 204]),
        ("a conversation's avatar removed", (http, s) => http.Send(HttpMethod.Delete, $"/avatar/conversation_{s.C}"), [401, 404, 404, 403, 403, 204]),
        ("the owner's avatar set", (http, s) => http.Send(HttpMethod.Put, AvatarOf(s.Owner), Picture()), [401, 403, 403, 403, 403, 204]),
        ("the owner's avatar read", (http, s) => http.Send(HttpMethod.Get, AvatarOf(s.Owner)), [401, 200, 200, 200, 200, 200]),
        ("the owner's avatar removed", (http, s) => http.Send(HttpMethod.Delete, AvatarOf(s.Owner)), [401, 403, 403, 403, 403, 204]),
    ];

    private static string AvatarOf(Phone phone) => $"/avatar/user_{phone.UserId.Replace('+', '-').Replace('/', '_').TrimEnd('=')}";

    private static ByteArrayContent Picture() => new([0x89, 0x50, 0x4E, 0x47]) { Headers = { ContentType = new("image/png") } };
}
