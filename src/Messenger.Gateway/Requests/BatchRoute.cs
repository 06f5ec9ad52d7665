using System.Runtime.CompilerServices;
using Messenger.Contracts;
using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>Of a user's, several of one conversation in one call.</summary>
internal sealed class BatchRoute<TRequest, TResult>(string response, Func<Caller, TRequest[], Task<TResult[]>> call, Func<TResult, RequestOutcome> outcome)
    : Route<TRequest>
    where TRequest : class, IRequest
{
    public override string Response => response;

    public override bool IsBatched => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<RequestOutcome> Call(Caller me, IRequest request) => outcome(Checked(await call(me, [(TRequest)request]), 1)[0]);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<RequestOutcome[]> Call(Caller me, IReadOnlyList<InFlightRequest> requests)
    {
        var batch = new TRequest[requests.Count];
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i] = (TRequest)requests[i].Request;
        }

        return Array.ConvertAll(Checked(await call(me, batch), batch.Length), answer => outcome(answer));
    }

    private TResult[] Checked(TResult[] answers, int expected) =>
        answers.Length == expected
            ? answers
            : throw new InvalidOperationException($"{expected} {Type} in one call, and {answers.Length} answers");
}
