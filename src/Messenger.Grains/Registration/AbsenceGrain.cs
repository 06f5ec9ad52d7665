using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace Messenger.Grains.Registration;

/// <inheritdoc cref="IAbsenceGrain"/>
[SiloRole(SiloRoles.Worker), StatelessWorker]
internal sealed class AbsenceGrain(IUserDirectory users, [FromKeyedServices("state")] IGrainStorage storage) : Grain, IAbsenceGrain
{
    public async Task<bool> LacksUser(string userId) => (await users.Registered([userId])).Count == 0;

    /// <summary>What an actor has in memory alone it has handed to the store before it was answered, so that its row says whether there is anything.</summary>
    public async Task<bool> LacksPhone(string userId)
    {
        var row = new GrainState<PhoneState>();
        try
        {
            await storage.ReadStateAsync(RegistrationGrain.StateName, GrainFactory.GetGrain<IRegistrationGrain>(userId).GetGrainId(), row);
        }
        catch (OrleansException fault)
        {
            throw new StoreUnavailableException("the state of a phone could not be read", fault);
        }

        return !row.RecordExists;
    }
}
