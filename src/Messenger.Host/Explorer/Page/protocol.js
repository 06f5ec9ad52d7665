// The protocol, as docs/asyncapi.json tells it: the page knows no request that is not in there.

const AUTHENTICATION = 'RequestAuthenticationByApplication';

export async function load() {
  const document = await (await fetch('asyncapi.json')).json();
  const { messages, schemas } = document.components;
  const last = reference => reference.$ref.split('/').at(-1);

  const requests = Object.values(document.operations)
    .filter(operation => operation.action === 'receive')
    .map(operation => {
      const type = last(operation.messages[0]);
      return {
        type,
        family: operation.tags[0].name,
        summary: operation.summary,
        schema: schemas[type],
        example: messages[type].examples[0].payload.payload,
        answers: operation.reply.messages.map(last),
      };
    });

  return {
    version: document.info.version,
    requests,
    families: document.info.tags
      .map(({ name }) => ({ name, requests: requests.filter(request => request.family === name) }))
      .filter(family => family.requests.length > 0),
    schema: name => schemas[name],
    summary: type => messages[type]?.summary ?? '',
    closeCode: code => document.channels.socket['x-close-codes'][code] ?? 'The network, or the server is gone.',
    find: type => requests.find(request => request.type === type),
    authentication: AUTHENTICATION,
  };
}

/** "RequestGetMessages" is easier to find as "GetMessages"; the prefix stays, but steps back. */
export const prefix = type => (type.startsWith('Request') ? 'Request' : '');

export const words = name => name.replace(/([a-z])([A-Z])/g, '$1 $2');
