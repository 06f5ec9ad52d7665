// Uses the explorer as a developer does: node explorer.mjs SERVER TRANSCRIPT
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arrived, browse, choose, frames, launch } from './browser.mjs';

const [, , server, transcript] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Requests after which others of the same person would make no sense. */
const LAST = ['RequestLeaveConversation', 'RequestDeleteConversation', 'RequestDeleteUser', 'RequestDeleteUserConfirmation'];
const BOBS = 'RequestDeleteApplication';

const cases = {
  async 'a message is sent with the keyboard alone and seen on both sides'(open) {
    const page = await open();
    await page.locator('#register').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#form:not([hidden])');
    equal(await page.evaluate(() => document.activeElement.id), 'editor');
    await page.keyboard.press('Control+Enter');
    await arrived(page, 'alice', 'ResponseCreateConversation');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('/');
    await page.keyboard.type('AddMessage');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    equal(await page.textContent('#name'), 'RequestAddMessage');
    await page.locator('#send').focus();
    await page.keyboard.press('Enter');
    await arrived(page, 'alice', 'ResponseAddedMessage');
    await arrived(page, 'bob', 'NotificationAddedMessageToConversation', 2);
    const answer = (await frames(page)).find(frame => frame.type === 'ResponseAddedMessage');
    match(answer.text, /\d ms$/);
    match(await page.textContent('#figures'), /^\d+ frames, median answer [\d.]+ ms$/);
  },

  async 'every request has a schema and an example that the server takes'(open) {
    const page = await open();
    await page.click('#register');
    await page.waitForSelector('#form:not([hidden])');
    await page.click('#send');
    await arrived(page, 'alice', 'ResponseCreateConversation');
    await choose(page, 'RequestAddMessage');
    await page.click('#send');
    await arrived(page, 'alice', 'ResponseAddedMessage');

    const names = await page.$$eval('#families button', buttons => buttons.map(button => button.textContent));
    const operations = await page.evaluate(async () => Object.values((await (await fetch('asyncapi.json')).json()).operations));
    const requests = operations.filter(operation => operation.action === 'receive').length;
    ok(requests >= 56);
    equal(new Set(names).size, requests);
    for (const name of [...names.filter(each => ![...LAST, BOBS].includes(each)), ...LAST, BOBS]) {
      const side = name === BOBS ? 'bob' : 'alice';
      const before = (await frames(page)).filter(frame => frame.side === side && frame.direction === 'sent').length;
      await choose(page, name);
      await page.locator(`input[value=${side}]`).check();
      match(await page.textContent('#schema'), new RegExp(`${name} takes.*Answered by`));
      await page.click('#send');
      await page.waitForFunction(
        ([who, sent]) => {
          const own = [...document.querySelectorAll(`#log li.${who}`)];
          return own.filter(item => item.classList.contains('sent')).length > sent
            && own.filter(item => item.querySelector('summary > small.took')).length > sent;
        }, [side, before]);
    }

    const refused = (await frames(page)).filter(frame => /: (bad_request|unauthenticated|internal|unavailable)/.test(frame.text));
    deepEqual(refused, []);
  },

  async 'what was missed while hung up comes with the reconnect'(open) {
    const page = await open();
    await page.click('#play');
    await arrived(page, 'alice', 'ResponseGetConversationsFull');
    await page.locator('.person.bob button').click();
    await page.waitForSelector('.person.bob:not(.online)');
    const before = (await frames(page)).filter(frame => frame.side === 'bob' && frame.type === 'NotificationAddedMessageToConversation').length;
    await page.click('#fill');
    await page.click('#send');
    await arrived(page, 'alice', 'ResponseAddedMessage', 2);
    await page.locator('.person.bob button').click();
    await arrived(page, 'bob', 'NotificationAddedMessageToConversation', before + 1);
  },

  async 'an input that is no JSON is said, and not sent'(open) {
    const page = await open();
    await page.click('#register');
    await page.waitForSelector('#form:not([hidden])');
    const before = (await frames(page)).length;
    await page.fill('#editor', '{ "size": }');
    await page.click('#send');
    match(await page.textContent('#fault'), /^This is not JSON/);
    equal((await frames(page)).length, before);
  },

  async 'a session is exported as a transcript, and its people discarded'(open) {
    const page = await open();
    await page.click('#play');
    await arrived(page, 'alice', 'ResponseGetConversationsFull');
    await page.click('#discard');
    await page.waitForFunction(() => document.querySelectorAll('.person').length === 0 && document.querySelectorAll('#log li.note').length === 4);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
    await download.saveAs(transcript);
    match(download.suggestedFilename(), /^[\dT-]+\.transcript\.jsonl$/);

    const [head, ...lines] = readFileSync(transcript, 'utf8').trimEnd().split('\n').map(line => JSON.parse(line));
    equal(head.transcript, 1);
    deepEqual(Object.keys(head.sides), ['alice', 'bob']);
    for (const side of Object.values(head.sides)) deepEqual(Object.keys(side), ['openUserId', 'userId', 'uuid']);
    ok(lines.length > 35);
    ok(lines.every((line, place) => place === 0 || line.at >= lines[place - 1].at));
    for (const side of ['alice', 'bob']) {
      const own = lines.filter(line => line.side === side);
      equal(own[0].direction, 'opened');
      deepEqual({ ...own.at(-1), at: 0, reason: '' }, { at: 0, side, direction: 'closed', code: 4003, reason: '', by: 'server' });
      const ids = own.filter(line => line.direction === 'sent').map(line => line.frame.id);
      equal(new Set(ids).size, ids.length);
      deepEqual(own.filter(line => line.direction === 'received' && line.frame.id).map(line => line.frame.id).sort(), ids.sort());
    }
  },

  async 'no barrier is found by axe, light, dark and narrow'(open) {
    for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 360, height: 780 } }]) {
      const page = await open(options);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const look = async where => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        const found = violations.map(({ id, nodes }) => `${where} ${id}: ${nodes.map(node => `${node.target} ${node.failureSummary}`).join('; ')}`);
        deepEqual(found, []);
        ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${where} is wider than its window`);
      };
      await look('the welcome');
      await page.click('#play');
      await arrived(page, 'alice', 'ResponseGetConversationsFull');
      await page.locator('#log summary').last().click();
      await look('a session');
    }
  },
};

const browser = await launch();
for (const [name, work] of Object.entries(cases)) {
  const began = Date.now();
  try {
    await browse(browser, server, work);
  } catch (fault) {
    console.error(`not ok: ${name}\n${fault.stack}`);
    process.exitCode = 1;
    continue;
  }
  console.log(`ok: ${name} (${Date.now() - began} ms)`);
}

await browser.close();
