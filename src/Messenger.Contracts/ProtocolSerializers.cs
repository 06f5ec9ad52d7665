using Messenger.Protocol;
using Orleans;

// The records of the protocol travel between silos as they are. Their serialisers are made here, so that no client ships Orleans.
[assembly: GenerateCodeForDeclaringAssembly(typeof(Result))]
