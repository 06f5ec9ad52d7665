// Models for clients, from docs/asyncapi.json: node models.mjs DOCUMENT FOLDER
// Kotlin and TypeScript by Modelina, Swift by quicktype. A client team copies what it needs of this file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KotlinGenerator, TypeScriptGenerator } from '@asyncapi/modelina';
import { FetchingJSONSchemaStore, InputData, JSONSchemaInput, quicktype } from 'quicktype-core';

const [, , source, folder] = process.argv;
const document = JSON.parse(readFileSync(source, 'utf8'));

// Generators make "Any" of "this object or null". What is not required may be null in their models anyway, so that the object alone says the same.
const plain = JSON.parse(JSON.stringify(document), (_, value) =>
  value?.oneOf?.length === 2 && value.oneOf[1].type === 'null' ? value.oneOf[0] : value);

// Unknown members are ignored, not kept.
const processorOptions = { interpreter: { ignoreAdditionalProperties: true } };

async function modelina(generator, options, ending, input) {
  mkdirSync(join(folder, ending), { recursive: true });
  const models = await generator.generateCompleteModels(input, options);
  for (const model of models) writeFileSync(join(folder, ending, `${model.modelName}.${ending}`), `${model.result}\n`);
  console.log(`${ending}: ${models.length} models`);
}

async function swift() {
  const schema = JSON.stringify({ definitions: plain.components.schemas }).replaceAll('#/components/schemas/', '#/definitions/');
  const input = new JSONSchemaInput(new FetchingJSONSchemaStore());
  await input.addSource({ name: 'Messenger', uris: ['#/definitions/'], schema });
  const inputData = new InputData();
  inputData.addInput(input);
  const { lines } = await quicktype({ inputData, lang: 'swift', rendererOptions: { 'just-types': false, 'access-level': 'public' } });
  mkdirSync(join(folder, 'swift'), { recursive: true });
  writeFileSync(join(folder, 'swift', 'Messenger.swift'), lines.join('\n'));
  console.log(`swift: ${lines.length} lines`);
}

const kotlin = new KotlinGenerator({ collectionType: 'List', processorOptions });
const typescript = new TypeScriptGenerator({ modelType: 'interface', enumType: 'union', mapType: 'record', rawPropertyNames: true, processorOptions });
await modelina(kotlin, { packageName: 'messenger' }, 'kt', plain);
await modelina(typescript, { exportType: 'named' }, 'ts', plain);
await swift();
