// The README's first example does what it says.
import { match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { number, server } from './people.js';

test('ten lines that work', () => {
  const [, example] = /```js\n([\s\S]+?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'messenger-readme-'));
  const file = join(folder, 'example.mjs');
  writeFileSync(file, example.replace('@messenger-actors/client', new URL('../src/index.js', import.meta.url).href).replace('ws://localhost:8080/ws', server)
    .replace('+35799000001', number()).replace('+35799000002', number()));
  const { stdout, stderr } = spawnSync(process.execPath, [...process.execArgv.filter(flag => flag.startsWith('--experimental')), file], { encoding: 'utf8', timeout: 60_000 });
  rmSync(folder, { recursive: true });
  match(stdout, /Bob reads: Hello Bob/, stderr);
});
