using Messenger.Conformance.Phones;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Model;

/// <summary>
/// Random writers, and a client that synchronises page by page while it is cut off and the server is killed: in the end it has what there is.
/// </summary>
public class SyncModelTests
{
    private const int Writers = 3;
    private const int Rounds = 25;
    private const int StepsARound = 6;

    [Fact]
    public async Task Whatever_happens_between_pages_the_client_has_everything_in_the_end()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("MESSENGER_SYNC_SEED") ?? $"{Random.Shared.Next()}", System.Globalization.CultureInfo.InvariantCulture);
        var draw = new Random(seed);
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var url = server.Settings.WebSocket;
        await using var reader = await Phone.Join(url, Account.New());
        var writers = new List<Phone>();
        for (var i = 0; i < Writers; i++)
        {
            writers.Add(await Phone.Join(url, Account.New()));
        }

        var conversations = new List<ConversationHandle>();
        var passes = new Passes();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                // Writers go on while the pages are read: neither waits for the other.
                var steps = Task.WhenAll(writers.Select((writer, at) => Steps(writer, writers, reader, conversations, new Random(seed + (round * Writers) + at))));
                var pages = draw.Next(1, 4);
                for (var page = 0; page < pages; page++)
                {
                    await Again(reader, url, () => passes.Page(reader, draw.Next(1, 4)));
                }

                await steps;
                if (draw.Next(4) == 0)
                {
                    await reader.Connection.Cut();
                }

                foreach (var phone in writers.Prepend(reader).Where(phone => !phone.IsConnected))
                {
                    await Back(phone, url);
                }

                if (round is 8 or 16)
                {
                    server.Kill9();
                    await server.Restart();
                    foreach (var phone in writers.Prepend(reader))
                    {
                        await Back(phone, url);
                    }
                }
            }

            // The pass that may be under way, and one that begins when nothing moves any more.
            // A page that had no answer is asked for again, by its token.
            await Again(reader, url, () => passes.Run(reader, 3));
            await Again(reader, url, () => passes.Run(reader, 3));
            await Again(reader, url, () => passes.AreComplete(reader));
            Assert.NotEmpty(passes.Conversations);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new Xunit.Sdk.XunitException($"MESSENGER_SYNC_SEED={seed}: {fault}");
        }
        finally
        {
            foreach (var writer in writers)
            {
                await writer.DisposeAsync();
            }
        }
    }

    /// <summary>Until it is done: what may be lost is an answer, or a connection that the server cannot vouch for any more.</summary>
    private static async Task Again(Phone phone, Uri url, Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (ConnectionBrokenException)
            {
                await Back(phone, url);
            }
        }
    }

    /// <summary>What the server finds untold after it was killed ends connections (1012) that came before it was found: such a phone comes again.</summary>
    private static async Task Back(Phone phone, Uri url)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                (await phone.Return(url)).Done();
                return;
            }
            catch (ConnectionBrokenException) when (tries < 10)
            {
                await Task.Delay(Deadlines.Poll);
            }
        }
    }

    private static async Task Steps(Phone writer, List<Phone> writers, Phone reader, List<ConversationHandle> conversations, Random draw)
    {
        try
        {
            await Go(writer, writers, reader, conversations, draw);
        }
        catch (ConnectionBrokenException)
        {
            // The next round finds it connected again. What became of the step is the server's to know.
        }
    }

    private static async Task Go(Phone writer, List<Phone> writers, Phone reader, List<ConversationHandle> conversations, Random draw)
    {
        for (var step = 0; step < StepsARound; step++)
        {
            ConversationHandle? conversation;
            lock (conversations)
            {
                conversation = conversations.Count > 0 ? conversations[draw.Next(conversations.Count)] : null;
            }

            // What is refused, since it is another's or gone by now, is a step all the same.
            switch (conversation is null ? 0 : draw.Next(9))
            {
                case 0:
                    var made = await writer.Create(isDialog: false, admins: [.. writers.Where(other => other != writer)], members: [reader]);
                    lock (conversations)
                    {
                        conversations.Add(made);
                    }

                    break;
                case 1 or 2 or 3:
                    await writer.Ask("RequestAddMessage", conversation!.Draft());
                    break;
                case 4:
                    await writer.Kick(conversation!, reader);
                    break;
                case 5:
                    await writer.AddMember(conversation!, reader);
                    break;
                case 6:
                    await writer.Ask("RequestRenameConversation", new { conversationUuid = conversation!.Uuid, title = Opaque.Base64(9) });
                    break;
                case 7:
                    await reader.Do(draw.Next(3) == 0 ? "RequestLeaveConversation" : "RequestMarkAllReaded", conversation!);
                    break;
                default:
                    if (draw.Next(4) == 0)
                    {
                        await writer.Do("RequestDeleteConversation", conversation!);
                    }

                    break;
            }
        }
    }
}
