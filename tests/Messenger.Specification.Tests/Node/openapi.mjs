// Holds a document against the schema of OpenAPI: node openapi.mjs FILE
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const { valid, errors } = await validator.validate(process.argv[2]);
if (!valid) {
  console.error(JSON.stringify(errors, null, 2));
  process.exit(1);
}

// Every reference leads somewhere: resolving throws otherwise.
const document = validator.resolveRefs();
console.log(`OpenAPI ${validator.version}, ${Object.keys(document.paths).length} paths`);
