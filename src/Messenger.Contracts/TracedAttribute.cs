using Orleans;
using Orleans.Runtime;

namespace Messenger.Contracts;

/// <summary>Calls of this method of a grain are steps of their caller's trace.</summary>
[InvokableBaseType(typeof(GrainReference), typeof(Task), typeof(TracedRequest))]
[InvokableBaseType(typeof(GrainReference), typeof(Task<>), typeof(TracedRequest<>))]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TracedAttribute : Attribute;
