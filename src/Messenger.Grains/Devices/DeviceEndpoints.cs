using Messenger.Grains.State;

namespace Messenger.Grains.Devices;

/// <summary>The endpoints of the devices that are active on this silo, by <see cref="DeviceKeys"/>.</summary>
internal sealed class DeviceEndpoints : SiloRegistry<DeviceEndpoint>;
