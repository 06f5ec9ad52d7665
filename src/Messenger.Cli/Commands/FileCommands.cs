using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Client.Files;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Files, sealed on the way up and opened on the way down.</summary>
internal static class FileCommands
{
    public static Command Create() => new("file", "Sends and fetches files") { Send(), Get() };

    private static Command Send()
    {
        var session = new Session();
        var to = CommonOptions.Peer();
        var path = new Argument<System.IO.FileInfo>("path") { Description = "The file" };
        path.AcceptExistingOnly();
        var type = new Option<string>("--type") { Description = "Its media type, such as image/jpeg; sealed", DefaultValueFactory = _ => "application/octet-stream" };
        var text = new Option<string?>("--text") { Description = "What to say with it" };
        var command = new Command("send", "Sends a file; one that was cut goes on with the next 'file send'") { to, path, type, text };
        command.Examples("messenger file send +35799123456 holiday.jpg --type image/jpeg --text 'Look'");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var conversation = await lines.Conversation(parsed.GetValue(to)!, cancellation);
            var file = parsed.GetValue(path)!;
            using var transfer = person.Files();
            await transfer.Resume(cancellation);
            await using var content = file.OpenRead();
            var message = await transfer.Send(conversation, [new OutgoingFile(file.Name, parsed.GetValue(type)!, content)], parsed.GetValue(text), cancellation: cancellation);
            lines.Row(new { message.Uuid, message.ConversationUuid, message.Created, file = file.Name }, $"{file.Name} is sent, as message {message.Uuid}.");
        });
        return command;
    }

    private static Command Get()
    {
        var session = new Session();
        var from = CommonOptions.Peer();
        var message = new Argument<string?>("message") { Description = "The message's uuid; left out: the newest one with files", Arity = ArgumentArity.ZeroOrOne };
        var folder = new Option<DirectoryInfo>("--to") { Description = "The folder to write to", DefaultValueFactory = _ => new DirectoryInfo(".") };
        var command = new Command("get", "Fetches the files of a message; one that was cut goes on where it was") { from, message, folder };
        command.Examples("messenger file get +35799123456 --to downloads", "messenger file get +35799123456 6921d2fd-e88c-4802-bb70-d7a18770939e");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var conversation = await lines.Conversation(parsed.GetValue(from)!, cancellation);
            var found = await Find(person, conversation, parsed.GetValue(message), cancellation);
            var target = Directory.CreateDirectory(parsed.GetValue(folder)!.FullName);
            using var transfer = person.Files();
            foreach (var file in await transfer.List(found, cancellation))
            {
                if (file.Name is null)
                {
                    await Console.Error.WriteLineAsync($"A file does not open: {file.Fault}.");
                    continue;
                }

                var path = Free(target, file.Name);
                await transfer.Download(found, file, path, cancellation);
                lines.Row(new { path, file.Name, file.MediaType, message = found.Uuid }, path);
            }
        });
        return command;
    }

    private static async Task<Message> Find(Person person, string conversation, string? uuid, CancellationToken cancellation)
    {
        var page = uuid is null
            ? await person.Conversations.History(conversation, Limits.Page, cancellation: cancellation)
            : (await person.Client.Ask<ResponseGetMessages>(new RequestGetMessagesByUuids(conversation, [uuid]), cancellation)).Messages;
        return page.LastOrDefault(one => one.HasFiles && !one.Deleted)
            ?? throw new InvalidOperationException(uuid is null ? $"None of the newest {Limits.Page} messages has files: name one by its uuid" : "This message is not there, or has no files");
    }

    /// <summary>A sender names the file, and not where it goes: the last part of the name alone, and never over what is there.</summary>
    private static string Free(DirectoryInfo folder, string name)
    {
        var safe = string.Concat(name.Split('/', '\\').Last().Where(letter => !char.IsControl(letter) && !Path.GetInvalidFileNameChars().Contains(letter)));
        safe = safe.Trim('.', ' ') is { Length: > 0 } good ? good : "file";
        var path = Path.Combine(folder.FullName, safe);
        for (var number = 2; File.Exists(path); number++)
        {
            path = Path.Combine(folder.FullName, $"{Path.GetFileNameWithoutExtension(safe)} ({number}){Path.GetExtension(safe)}");
        }

        return path;
    }
}
