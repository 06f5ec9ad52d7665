namespace Messenger.Gateway.Tests.Fixture;

/// <summary>Waits for what another thread does, with a deadline.</summary>
public static class Eventually
{
    public static async Task True(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TestClient.Timeout);
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"not within {TestClient.Timeout.TotalSeconds} s: {what}");
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
