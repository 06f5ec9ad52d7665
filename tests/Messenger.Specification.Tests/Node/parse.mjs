// Reads an AsyncAPI document with the AsyncAPI initiative's own parser: node parse.mjs YAML JSON
import { isDeepStrictEqual } from 'node:util';
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { load } from 'js-yaml';
import { read } from './seed.mjs';

// That 3.1 exists is no fault of a 3.0 document.
const known = new Set(['asyncapi-latest-version']);

const [, , yaml, json] = process.argv;
if (!isDeepStrictEqual(load(readFileSync(yaml, 'utf8')), read(json))) throw new Error(`${yaml} and ${json} say different things`);
const { document, diagnostics } = await new Parser().parse(readFileSync(yaml, 'utf8'));
const faults = diagnostics.filter(fault => !known.has(fault.code));
for (const fault of faults) console.error(`${fault.code}: ${fault.message} at ${fault.path.join('.')}`);
if (faults.length > 0 || !document) process.exit(1);
console.log(`${document.messages().all().length} messages, ${document.operations().all().length} operations`);
