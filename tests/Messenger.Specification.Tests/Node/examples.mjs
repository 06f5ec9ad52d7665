// Holds every example against its schema: node examples.mjs DOCUMENT CATALOGUE
import Ajv from 'ajv';
import { frames, read } from './seed.mjs';

const [, , source, catalogue] = process.argv;
const document = read(source);
const ajv = new Ajv({ strict: true, allowUnionTypes: true, formats: { int32: true, int64: true }, keywords: ['components', 'x-extensible-enum', 'x-feature'] });
ajv.addSchema({ components: { schemas: document.components.schemas } }, 'messenger');
const validator = type => ajv.getSchema(`messenger#/components/schemas/${type}Frame`);

let faults = 0;
const blame = (type, words) => { faults++; console.error(`${type}: ${words}`); };

const examples = [
  ...frames(catalogue),
  ...Object.entries(document.components.messages).flatMap(([type, message]) => message.examples.map(({ payload: frame }) => ({ type, frame }))),
];
for (const { type, frame } of examples) {
  const fits = validator(type);
  if (!fits(frame)) blame(type, JSON.stringify(fits.errors));

  // A schema that takes everything would pass too: each required member is left out once, and once of another type.
  for (const name of document.components.schemas[type].required ?? []) {
    for (const spoilt of [undefined, { un: 'expected' }]) {
      const { [name]: _, ...rest } = frame.payload;
      const payload = spoilt === undefined ? rest : { ...rest, [name]: [spoilt] };
      if (fits({ ...frame, payload })) blame(type, `${name} may be ${spoilt === undefined ? 'missing' : 'anything'}`);
    }
  }
}

if (faults > 0) process.exit(1);
console.log(`${examples.length} examples fit`);
