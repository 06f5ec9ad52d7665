using Messenger.Ports;
using Orleans;

namespace Messenger.Contracts;

/// <summary>
/// How <see cref="StoreUnavailableException"/> travels between silos: without what caused it, which is the business of the silo that
/// logged it, and of a type that the other side may not know.
/// </summary>
[GenerateSerializer, Immutable]
internal readonly record struct StoreUnavailable(string Message);

[RegisterConverter]
internal sealed class StoreUnavailableConverter : IConverter<StoreUnavailableException, StoreUnavailable>
{
    public StoreUnavailableException ConvertFromSurrogate(in StoreUnavailable surrogate) => new(surrogate.Message);

    public StoreUnavailable ConvertToSurrogate(in StoreUnavailableException value) => new(value.Message);
}

/// <summary>How <see cref="WriterFencedException"/> travels: the same way.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct WriterFenced(string Message);

[RegisterConverter]
internal sealed class WriterFencedConverter : IConverter<WriterFencedException, WriterFenced>
{
    public WriterFencedException ConvertFromSurrogate(in WriterFenced surrogate) => new(surrogate.Message);

    public WriterFenced ConvertToSurrogate(in WriterFencedException value) => new(value.Message);
}
