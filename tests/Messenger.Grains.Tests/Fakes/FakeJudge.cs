using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>Says what it is told to.</summary>
internal sealed class FakeJudge : IRegistrationJudge
{
    public Judgement Verdict { get; set; }

    /// <summary>The last registration that it was asked about.</summary>
    public RegistrationCase? Asked { get; private set; }

    public Task<Judgement> Judge(RegistrationCase registration, CancellationToken cancellation)
    {
        Asked = registration;
        return Task.FromResult(Verdict);
    }
}
