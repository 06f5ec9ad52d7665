namespace Messenger.Gateway.Tests.Fixture;

/// <summary>Waits for what another thread does, with a deadline.</summary>
public static class Eventually
{
    public static async Task True(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TestClient.Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"not within {TestClient.Patience.TotalSeconds} s: {what}");
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
