// Reads an AsyncAPI document with the AsyncAPI initiative's own parser: node parse.mjs FILE
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

// That 3.1 exists is no fault of a 3.0 document.
const known = new Set(['asyncapi-latest-version']);

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
const faults = diagnostics.filter(fault => !known.has(fault.code));
for (const fault of faults) console.error(`${fault.code}: ${fault.message} at ${fault.path.join('.')}`);
if (faults.length > 0 || !document) process.exit(1);
console.log(`${document.messages().all().length} messages, ${document.operations().all().length} operations`);
