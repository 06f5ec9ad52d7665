using Messenger.Grains.Budgets;
using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;
using Messenger.Grains.Pushes;
using Messenger.Grains.Recovery;
using Messenger.Grains.Users;

namespace Messenger.Grains.Hosting;

/// <summary>The actors' metrics.</summary>
public static class GrainSignals
{
    /// <summary>
    /// Called once, when somebody listens already: says that nothing happened yet, so that what seldom happens is a series from the start.
    /// </summary>
    public static void Begin()
    {
        DeviceMeter.Begin();
        DeliveryMeter.Begin();
        PushMeter.Begin();
        RetentionMeter.Begin();
        UserMeter.Begin();
        BudgetMeter.Begin();
    }
}
