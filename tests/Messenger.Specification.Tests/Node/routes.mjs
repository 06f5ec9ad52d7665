// Asks a server for every operation of an OpenAPI document, as a stranger: node routes.mjs FILE SERVER
// Each has to be routed, and to refuse in a way that the document says it may.
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

const [, , file, server] = process.argv;
const { paths } = load(readFileSync(file, 'utf8'));
const METHODS = ['get', 'head', 'put', 'post', 'patch', 'delete', 'options'];
const faults = [];
let asked = 0;

for (const [path, item] of Object.entries(paths)) {
  for (const method of METHODS.filter(each => item[each])) {
    asked++;
    const name = `${method.toUpperCase()} ${path}`;
    const url = server + path.replace(/\{userId\}/, '_4DZItfW2uZQyMCcxDboGMF0SjJs5sfedl9SXWNaO8Y').replace(/\{pathName\}/, 'name').replace(/\{\w+\}/g, '6921d2fd-e88c-4802-bb70-d7a18770939e');
    const body = item[method].requestBody ? 'bytes' : undefined;
    const headers = { 'Tus-Resumable': '1.0.0', 'X-HTTP-Method-Override': 'PATCH', ...(body && { 'Content-Type': 'application/offset+octet-stream' }) };
    const answer = await fetch(url, { method: method.toUpperCase(), body, headers });
    const text = await answer.text();
    const { responses } = item[method];
    if (!responses[answer.status] && !responses.default) faults.push(`${name} answers ${answer.status}, which is not documented: ${text}`);
    if (!answer.ok && method !== 'head' && !/^\{.*"status":"\w+"/.test(text)) faults.push(`${name} answers ${answer.status} without a ResponseStatusMessage: ${text || 'it is not routed'}`);
    if (!answer.ok && ![401, 415].includes(answer.status)) faults.push(`${name} answers ${answer.status} to a stranger`);
  }
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${asked} operations are served`);
