using Messenger.Ports;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Grains.Users;

/// <summary>Last logins are written behind: a flapping connection must not cost a write per login.</summary>
internal sealed partial class UserGrain
{
    /// <summary>
    /// How old what others see of a login may be, and what a crash may lose of it. People look at minutes of a "last seen", and a connection that flaps
    /// comes back more often than that.
    /// </summary>
    private static readonly TimeSpan WriteBehindPeriod = TimeSpan.FromMinutes(1);

    /// <summary>The newest login of which this actor knows: what is on disk may be behind it.</summary>
    private long LastLogin(UserRow row) => Math.Max(row.LastLogin, _logins.Values.Append(0).Max());

    private readonly Dictionary<string, long> _logins = new(StringComparer.Ordinal);
    private IGrainTimer? _writeBehind;
    private bool _loginsUnwritten;
    private bool _keysTold;

    private void LoggedIn(string application)
    {
        _logins[application] = Now;
        _loginsUnwritten = true;
        StartWriteBehind();
    }

    private void StartWriteBehind() =>
        _writeBehind ??= this.RegisterGrainTimer(_ => WriteBehind(), new GrainTimerCreationOptions(WriteBehindPeriod, WriteBehindPeriod));

    private async Task WriteBehind()
    {
        if (_loginsUnwritten)
        {
            _loginsUnwritten = false;
            try
            {
                await _account.Change(account => account with { Applications = Applications.WithConnections(Applications.WithLogins(account.Applications, _logins), _seen) });
                await ChangeRow(row => row with { LastLogin = LastLogin(row) });
            }
            catch
            {
                _loginsUnwritten = true;
                throw;
            }
        }

        if (_keysTold)
        {
            _keysTold = false;
            await _account.Change(account => account.KeysUntold ? account with { KeysUntold = false } : account);
        }
    }
}
