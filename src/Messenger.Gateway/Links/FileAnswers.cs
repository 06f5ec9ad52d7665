using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Links;

/// <summary>The two requests for a message's files: the grain knows them, the gateway has the store and signs the URLs.</summary>
internal sealed class FileAnswers(IGrainFactory grains, FileLinks links, IFileStore? store = null)
{
    /// <summary>Looks into the store under way at once.</summary>
    private const int MaxConcurrency = 8;

    /// <summary>As recorded.</summary>
    public async Task<Result<ResponseFiles>> Recorded(Caller me, RequestGetFilesFast request)
    {
        var answer = await grains.Conversation(request.ConversationUuid).GetFiles(me, request.MessageUuid);
        return answer.Value is { } files ? View(me, files, files.Files) : answer.Error!;
    }

    /// <summary>Those that are really there, as a whole.</summary>
    public async Task<Result<ResponseFiles>> Present(Caller me, RequestGetFiles request)
    {
        var answer = await grains.Conversation(request.ConversationUuid).GetFiles(me, request.MessageUuid);
        if (answer.Value is not { } files)
        {
            return answer.Error!;
        }

        if (files.Files.Length > 0 && store is null)
        {
            return Error.Unavailable("this server has no store of files: see Files:Provider");
        }

        var present = new bool[files.Files.Length];
        await Parallel.ForAsync(0, present.Length, new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency }, async (at, cancellation) =>
            present[at] = await store!.Size(files.Files[at].Id, cancellation) == files.Files[at].Size);
        return View(me, files, files.Files.Where((_, at) => present[at]));
    }

    /// <summary>A file stands before its preview, although the preview comes first; else as they came.</summary>
    private static IEnumerable<MessageFile> InOrder(IEnumerable<MessageFile> files)
    {
        var all = files.ToList();
        var previews = all.Select(file => file.PreviewName).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return all.Where(file => !previews.Contains(file.Name) || file.PreviewName == file.Name)
            .Concat(all.Where(file => previews.Contains(file.Name) && file.PreviewName != file.Name));
    }

    private ResponseFiles View(Caller me, MessageFiles message, IEnumerable<MessageFile> files) => new([.. InOrder(files).Select(file => new Protocol.FileInfo(
        file.Name, links.Url(me.Origin, message.ConversationUuid, message.MessageUuid, file.PathName),
        file.Width, file.Height, file.Duration, file.Size, file.PreviewName, file.MimeType))]);
}
