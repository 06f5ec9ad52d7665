// Reads manifests on stdin; says what kubernetes-models finds wrong in them, one line each.
const fs = require("fs");
const path = require("path");
const tools = path.resolve(process.argv[2], "node_modules");
const YAML = require(path.join(tools, "yaml"));

let faults = 0;
for (const document of YAML.parseAllDocuments(fs.readFileSync(0, "utf8"))) {
  const manifest = document.toJS();
  if (!manifest || /monitoring.coreos.com|gateway.networking|cert-manager.io/.test(manifest.apiVersion)) continue;
  const [group, version] = manifest.apiVersion.includes("/") ? manifest.apiVersion.split("/") : ["", manifest.apiVersion];
  try {
    const kind = require(path.join(tools, "kubernetes-models", group, version))[manifest.kind];
    new kind(manifest).validate();
  } catch (fault) {
    faults++;
    console.log(`${manifest.kind} ${manifest.metadata.name}: ${fault.message}`);
  }
}
process.exit(faults === 0 ? 0 : 1);
