// Writes every example as a value of the generated models, for the compilers to read: node literals.mjs DOCUMENT CATALOGUE FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frames, read } from './seed.mjs';

const [, , source, catalogue, folder] = process.argv;
const schemas = read(source).components.schemas;
const examples = frames(catalogue);

const types = [...new Set(examples.map(example => example.type))];
writeFileSync(join(folder, 'ts', 'examples.ts'), [
  ...types.map(type => `import { ${type}Frame } from './${type}Frame';`),
  ...examples.map(({ type, frame }, n) => `export const example${n}: ${type}Frame = ${JSON.stringify(frame)};`),
].join('\n'));

// A long function is slow to compile: each example is one of its own.
writeFileSync(join(folder, 'kt', 'Examples.kt'), [
  'package messenger',
  ...examples.map(({ type, frame }, n) => `fun example${n}() = ${kotlin(frame, `${type}Frame`)}`),
].join('\n'));

/** The value as Kotlin writes it, by the schema's name. */
function kotlin(value, name) {
  const schema = schemas[name];
  const members = Object.entries(value)
    .filter(([member]) => schema.properties?.[member])
    .map(([member, held]) => `${member === 'when' ? 'reservedWhen' : member} = ${of(held, schema.properties[member])}`);
  return schema.properties && Object.keys(schema.properties).length > 0 ? `${name}(${members.join(', ')})` : 'mapOf<String, Any>()';
}

function of(value, schema) {
  const reference = schema.$ref ?? schema.oneOf?.find(one => one.$ref)?.$ref;
  if (value === null) return 'null';
  if (reference) {
    const name = reference.split('/').at(-1);
    return schemas[name].enum ? `${name}.${String(value).toUpperCase()}` : kotlin(value, name);
  }
  if (Array.isArray(value)) return `listOf(${value.map(element => of(element, schema.items)).join(', ')})`;
  if (typeof value === 'object') return `mapOf(${Object.entries(value).map(([key, held]) => `${of(key, {})} to ${of(held, schema.additionalProperties)}`).join(', ')})`;
  if (typeof value === 'number') return schema.format === 'int64' ? `${value}L` : String(value);
  return typeof value === 'string' ? JSON.stringify(value).replaceAll('$', '\\$') : String(value);
}
