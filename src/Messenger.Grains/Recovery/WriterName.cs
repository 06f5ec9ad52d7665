using System.Diagnostics.CodeAnalysis;
using Messenger.Ports;
using Orleans.Runtime;

namespace Messenger.Grains.Recovery;

/// <summary>This process writes under its silo's address, start number included: so the others know from membership when it is dead.</summary>
internal sealed class WriterName(ILocalSiloDetails self) : IWriterName
{
    public string Name => self.SiloAddress.ToParsableString();

    /// <summary>The silo that wrote under this name; false for a name that was made otherwise.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out SiloAddress? silo)
    {
        try
        {
            silo = SiloAddress.FromParsableString(name);
            return silo.ToParsableString() == name;
        }
        catch (FormatException)
        {
            silo = null;
            return false;
        }
    }
}
