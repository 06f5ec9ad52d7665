using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>What the operator does.</summary>
internal sealed partial class ConversationGrain : IConversationOperations
{
    public async Task<Result<Removed>> DeleteMessage(Guid uuid, bool dryRun)
    {
        var read = new RowsRead(outlines: true);
        var was = false;
        var result = await InTurn(live =>
        {
            if (live is not { Header.Deleted: false })
            {
                return NotFound();
            }

            if (!read.Knows(live, uuid))
            {
                return Decision.After(read.Read(messages, live, [uuid]));
            }

            if (read.Row(live, uuid) is not { } row)
            {
                return NoMessage();
            }

            if (row.IsEvent)
            {
                return Error.BadRequest("an event has no text to delete");
            }

            was |= !row.Deleted;
            return dryRun ? Decision.Ok : MarkDeleted(live, [row], gone => gone.UserId, except: null);
        });
        return result.Error is { } error ? error : new Removed(was);
    }

    public async Task<Result<Removed>> DeleteConversation(bool dryRun)
    {
        var was = false;
        var result = await InTurn(live =>
        {
            if (live is null)
            {
                return NotFound();
            }

            was |= !live.Header.Deleted;
            return dryRun ? Decision.Ok
                : live.Header.Deleted ? Carried(live, entry => entry.Header?.Deleted is true ? true : null)
                : DeleteForAll(live, new Caller(live.Header.CreatorId, Application: ""));
        });
        return result.Error is { } error ? error : new Removed(was);
    }

    public async Task<Result<Removed>> RemoveAvatar(bool dryRun)
    {
        if (await Current() is not { } seen)
        {
            return NotFound();
        }

        var was = (await files.Avatar(AvatarOwners.Conversation(Id)))?.File is not null;
        return was && !dryRun && (await PutAvatar(null, seen.Header.CreatorId, payment: null, _ => null)).Error is { } error ? error : new Removed(was);
    }
}
