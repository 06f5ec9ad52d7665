using Messenger.Protocol;
using Orleans;

namespace Messenger.Grains.Registration;

/// <summary>A phone, key its user id: codes by SMS, tries, limits. It knows nothing of whether the user exists.</summary>
public interface IRegistrationGrain : IGrainWithStringKey
{
    /// <summary>Keeps a pending application and sends a code.</summary>
    Task<Answer> Register(RequestRegisterApplication request);

    /// <summary>Checks the code in constant time; five wrong tries void it. Right: the user's grain confirms the application.</summary>
    Task<Answer> Confirm(RequestConfirmRegistration request);

    /// <summary>Sends a code for a change of an existing user's.</summary>
    Task<Answer> SendCode(CodePurpose purpose, string phone, string? androidSmsToken);

    /// <summary>Checks and consumes that code.</summary>
    Task<Answer> CheckCode(CodePurpose purpose, string code);
}

/// <summary>What a code is for; a code for one thing opens no other.</summary>
public enum CodePurpose
{
    Registration,
    UpdateKeys,
    DeleteUser,
}
