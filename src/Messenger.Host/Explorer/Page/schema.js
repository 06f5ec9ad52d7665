// The fields of a payload, as a list that can be read aloud.
import { element, prose } from './dom.js';

export function show(protocol, request) {
  return [
    fields(protocol, `${request.type} takes`, request.schema, true),
    ...request.answers.map((answer, place) =>
      fields(protocol, `${place > 0 ? 'or, when it is refused, ' : 'Answered by '}${answer}`, protocol.schema(answer), false)),
  ];
}

function fields(protocol, title, schema, open) {
  const list = members(protocol, schema);
  return element('details', { open },
    element('summary', {}, title, list ? null : element('span', {}, ' no field')),
    list);
}

function members(protocol, schema) {
  const named = Object.entries(schema.properties ?? {});
  if (named.length === 0) return null;
  return element('dl', {}, ...named.flatMap(([name, field]) => {
    const inner = target(protocol, field) ?? (field.items && target(protocol, field.items));
    return [
      element('dt', {}, name, ' ', element('span', {}, kind(protocol, field)), schema.required?.includes(name) || nullable(field) ? null : element('span', {}, ', may be missing')),
      element('dd', {}, ...prose(field.description ?? target(protocol, field)?.description ?? ''), inner?.properties ? members(protocol, inner) : null),
    ];
  }));
}

function target(protocol, field) {
  const reference = field.$ref ?? field.oneOf?.find(one => one.$ref)?.$ref;
  return reference && protocol.schema(reference.split('/').at(-1));
}

/** Null and left out are the same to the server. */
const nullable = field => [field.type].flat().includes('null') || Boolean(field.oneOf);

const UUID = /\{8\}/;
const USER = /\{43\}/;

/** "string of at most 128 characters, or null" */
function kind(protocol, field) {
  const types = [field.type ?? target(protocol, field)?.type ?? 'object'].flat();
  const type = types.find(one => one !== 'null');
  const words = {
    string: UUID.test(field.pattern) ? 'UUID' : USER.test(field.pattern) ? 'user id' : field.maxLength ? `string ≤ ${field.maxLength}` : 'string',
    integer: field.maximum ? `${field.minimum}–${field.maximum}` : 'integer',
    array: `list of ${field.items ? kind(protocol, field.items) : ''}${field.maxItems ? `, ≤ ${field.maxItems}` : ''}`,
    object: field.additionalProperties ? 'map of user id to string' : 'object',
  };
  return `${words[type] ?? type}${nullable(field) ? ' or null' : ''}`;
}
