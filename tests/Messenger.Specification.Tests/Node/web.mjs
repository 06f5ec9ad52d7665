// A day of three people with the messenger in the browser: node web.mjs SERVER
import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { launch } from './browser.mjs';
import { devices } from './web-devices.mjs';
import { open, register } from './web-people.mjs';

const [, , server] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await launch();
const complaints = [];

/** Whatever the page complains of, and whatever it asks of others, fails the day. */
function watched(person) {
  person.page.on('pageerror', fault => complaints.push(`${person.name}: ${fault.message}`));
  person.page.on('console', message => message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(message.text()) && complaints.push(`${person.name}: ${message.text()}`));
  person.page.on('request', request => {
    const { protocol, host } = new URL(request.url());
    if (!['blob:', 'data:'].includes(protocol) && host !== new URL(server).host) complaints.push(`${person.name} asked ${request.url()}`);
  });
  return person;
}

async function accessible({ page, name }, state) {
  await page.evaluate(axe);
  for (const theme of ['light', 'dark']) {
    await page.evaluate(value => {
      document.documentElement.dataset.theme = value;
    }, theme);
    await page.waitForTimeout(200); // colours fade in: what axe measures must stand still, however busy this machine is
    await page.evaluate(() => Promise.all(document.getAnimations().filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished.catch(() => {}))));
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    complaints.push(...violations.map(one => `${name}, ${state}, ${theme}: ${one.id} ${one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')}: ${one.nodes[0].failureSummary}`));
  }
}

async function begin({ page }, number, name) {
  await page.click('[aria-label="New conversation"]');
  await page.fill('dialog input[name=number]', number);
  await page.fill('dialog input[name=who]', name);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`.chat .title:has-text("${name}")`);
}

const say = async ({ page }, text) => {
  await page.fill('.composer textarea', text);
  await page.keyboard.press('Enter');
};
const sees = ({ page }, text) => page.waitForSelector(`.message:has-text("${text}")`);
const chat = ({ page }, name) => page.click(`.chat-row:has(.name :text-is("${name}"))`);

const [alice, bob, carol] = await Promise.all(['Alice', 'Bob', 'Carol'].map(async name => watched(await open(browser, server, name, name === 'Carol' ? { locale: 'ar' } : {}))));
const steps = {
  async 'everybody signs in, and axe finds nothing on the way'() {
    await accessible(alice, 'the gate');
    await Promise.all([alice, bob, carol].map(one => register(one)));
    await accessible(alice, 'no conversations');
  },

  async 'a message is seen at once, its ticks turn, typing shows'() {
    await begin(alice, bob.number, 'Bob');
    await say(alice, 'Hello Bob');
    await bob.page.waitForSelector('.chat-row .badge');
    await chat(bob, 'Alice');
    await sees(bob, 'Hello Bob');
    await alice.page.waitForSelector('.tick.read');
    await bob.page.locator('.composer textarea').pressSequentially('Hi');
    await alice.page.waitForSelector('.typing:has-text("is typing")');
    await bob.page.keyboard.press('Enter');
    await sees(alice, 'Hi');
    await accessible(alice, 'a dialog');
  },

  async 'a reply, by the keyboard alone'() {
    const more = alice.page.locator('.message:not(.mine) .more').first();
    await more.focus();
    await accessible(alice, 'a message with focus');
    await alice.page.keyboard.press('Enter');
    await alice.page.waitForSelector('.menu button:focus');
    await accessible(alice, 'a menu');
    await alice.page.keyboard.press('Enter');
    await alice.page.waitForSelector('.context:not([hidden])');
    await alice.page.keyboard.type('An answer');
    await alice.page.keyboard.press('Enter');
    await bob.page.waitForSelector('.message:has(.quote):has-text("An answer")');
  },

  async 'a reaction and an edit are seen by both, and are no messages'() {
    const before = await alice.page.locator('.message').count();
    const theirs = bob.page.locator('.message:not(.mine):has-text("An answer")');
    await theirs.locator('.more').focus();
    await bob.page.keyboard.press('Enter');
    await bob.page.click('.menu >> text=React');
    await bob.page.waitForSelector('.emojis button:focus');
    await accessible(bob, 'the choice of a reaction');
    await bob.page.keyboard.press('ArrowRight');
    await bob.page.keyboard.press('Enter');
    await alice.page.waitForSelector('.message.mine:has-text("An answer") .reaction:has-text("❤️")');
    await alice.page.click('.message.mine:has-text("An answer") .reaction'); // the same
    await bob.page.waitForSelector('.reaction b:has-text("2")');
    await accessible(alice, 'reactions');
    await theirs.locator('.reaction').click(); // and taken back
    await alice.page.waitForFunction(() => !document.querySelector('.reaction b'));
    await alice.page.locator('.message.mine:has-text("An answer") .more').focus();
    await alice.page.keyboard.press('Enter');
    await alice.page.click('.menu >> text=Edit');
    equal(await alice.page.inputValue('.composer textarea'), 'An answer');
    await accessible(alice, 'a message that is edited');
    await alice.page.fill('.composer textarea', 'A better answer');
    await alice.page.keyboard.press('Enter');
    await bob.page.waitForSelector('.message:has-text("A better answer"):has-text("Edited")');
    equal(await alice.page.locator('.message').count(), before);
    equal(await alice.page.inputValue('.composer textarea'), '');
  },

  async 'a photo and a file arrive'() {
    const photo = await alice.page.screenshot();
    await alice.page.setInputFiles('.composer input[type=file]', [{ name: 'view.png', mimeType: 'image/png', buffer: photo }, { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') }]);
    await alice.page.waitForSelector('.chip img');
    await accessible(alice, 'files to send');
    await alice.page.click('[aria-label="Send"]');
    await bob.page.waitForSelector('.photo img');
    await alice.page.waitForSelector('.attachment:has-text("plan.txt")');
    await alice.page.waitForSelector('.progress', { state: 'detached' }); // and its own says that it is done
    const [saved] = await Promise.all([bob.page.waitForEvent('download'), bob.page.click('.attachment:has-text("plan.txt")')]);
    equal(readFileSync(await saved.path(), 'utf8'), 'the plan');
    await bob.page.click('.photo');
    await bob.page.waitForSelector('dialog.picture img');
    await accessible(bob, 'a photo');
    await bob.page.keyboard.press('Escape');
  },

  async 'what is written offline waits, and arrives once'() {
    await alice.context.setOffline(true);
    await alice.page.evaluate(() => dispatchEvent(new Event('offline')));
    await say(alice, 'From the tunnel');
    await alice.page.waitForSelector('.message:has-text("From the tunnel") [aria-label="Waiting to be sent"]');
    await alice.page.waitForSelector('.status:not([hidden])');
    await accessible(alice, 'offline');
    await say(bob, 'Into the tunnel');
    await alice.context.setOffline(false);
    await alice.page.evaluate(() => dispatchEvent(new Event('online')));
    await sees(bob, 'From the tunnel');
    await sees(alice, 'Into the tunnel');
    for (const one of [alice, bob]) equal(await one.page.locator('.message:has-text("the tunnel")').count(), 2);
  },

  async 'a reload keeps the account, the messages and the draft'() {
    await alice.page.fill('.composer textarea', 'half a thought');
    await alice.page.waitForTimeout(800); // longer than a draft waits to be stored
    await alice.page.reload();
    await alice.page.waitForSelector('html[data-ready]', { state: 'attached' });
    await sees(alice, 'From the tunnel');
    equal(await alice.page.inputValue('.composer textarea'), 'half a thought');
    await alice.page.fill('.composer textarea', '');
  },

  async 'a second tab asks first'() {
    const second = await alice.context.newPage();
    await second.goto(server);
    await second.waitForSelector('h1:has-text("another tab")');
    await second.close();
  },

  async 'a group: added, talking, removed'() {
    await begin(alice, carol.number, 'Carol');
    await alice.page.click('[aria-label="New conversation"]');
    await alice.page.click('text=New group');
    await alice.page.fill('dialog input[name=title]', 'Hiking');
    for (const name of ['Bob', 'Carol']) await alice.page.click(`dialog label:has-text("${name}")`);
    await accessible(alice, 'a new group');
    await alice.page.click('dialog .primary');
    await alice.page.waitForSelector('.chat .title:has-text("Hiking")');
    await say(alice, 'Welcome');
    for (const one of [bob, carol]) {
      await chat(one, 'Hiking');
      await sees(one, 'Welcome');
    }
    await say(carol, 'I bring tea');
    await sees(bob, 'I bring tea');
    await alice.page.click('[aria-label="About this conversation"]');
    await accessible(alice, "a group's details");
    await alice.page.click('[aria-label="More about Carol"]');
    await alice.page.click('.menu >> text=Remove from the group');
    await alice.page.click('dialog .primary');
    await carol.page.waitForFunction(() => ![...document.querySelectorAll('.chat-row')].some(row => row.textContent.includes('Hiking')));
    await say(alice, 'Without her');
    await sees(bob, 'Without her');
    await alice.page.click('[aria-label="Close the details"]');
  },

  ...devices({ alice, bob, carol, browser, server, watched, accessible, chat, say, complaints }),

  async 'blocked: it is shown as not sent'() {
    await chat(bob, 'Alice');
    await bob.page.click('[aria-label="About this conversation"]');
    await bob.page.click('.panel >> text=Block');
    await bob.page.click('dialog .primary');
    await bob.page.waitForSelector('.closed');
    await accessible(bob, 'somebody is blocked');
    await chat(alice, 'Bob');
    await alice.page.waitForTimeout(300); // its head may say already that it is blocked
    if (await alice.page.$('.composer textarea')) {
      await say(alice, 'Are you there?');
      await alice.page.waitForSelector('.message.failed');
      await accessible(alice, 'a message that failed');
    }
    await bob.page.click('.panel >> text=Unblock');
    await bob.page.waitForSelector('.composer textarea');
  },

  async 'search finds what is on this device; settings are accessible'() {
    await alice.page.fill('.search input', 'tunnel');
    await alice.page.waitForSelector('.row:has-text("From the tunnel")');
    await accessible(alice, 'a search');
    await alice.page.fill('.search input', '');
    await alice.page.click('[aria-label="Settings"]');
    await alice.page.waitForSelector('dialog .row:has-text("This device")');
    await accessible(alice, 'settings');
    await alice.page.keyboard.press('Escape');
  },

  async 'nothing needs to be scrolled sideways at 320 px'() {
    await alice.page.setViewportSize({ width: 320, height: 640 });
    equal(await alice.page.evaluate(() => document.documentElement.scrollWidth), 320);
    await accessible(alice, 'a phone');
    await alice.page.click('[aria-label="Back to the conversations"]');
    await alice.page.waitForSelector('.chat-row');
    equal(await alice.page.evaluate(() => document.documentElement.scrollWidth), 320);
  },

  async 'a message is on the other screen soon after the key'() {
    await alice.page.setViewportSize({ width: 1280, height: 800 });
    await chat(alice, 'Hiking');
    await chat(bob, 'Hiking');
    const times = [];
    for (let number = 0; number < 7; number++) {
      const began = performance.now();
      await say(alice, `beat ${number}`);
      await sees(bob, `beat ${number}`);
      times.push(performance.now() - began);
    }
    const median = times.sort((a, b) => a - b)[3];
    console.log(`# ${Math.round(median)} ms from key to the other's screen`);
    ok(median < 3_000, `${median} ms`); // this machine runs other tests beside it; on an idle one it is far below
  },

  async 'two thousand conversations and ten thousand messages are no burden'() {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(server);
    await page.waitForSelector('input[name=number]');
    const figures = await page.evaluate(async () => {
      const [{ Messenger }, { ConversationList }, { Chat }, { conversationFrom }] = await Promise.all(
        ['/web/lib/index.js', '/web/list.js', '/web/chat.js', '/web/lib/types.js'].map(path => import(path)));
      const client = await new Messenger({ url: 'ws://localhost:1/ws' }).open();
      const conversation = number => ({
        ...conversationFrom({ uuid: `conversation-${number}`, isDialog: false, title: null, sessionKeyUuid: 'k', lastMessage: 1e12 + number, unreadedCounter: number % 3, admins: ['me', `p${number}`],
          members: [], hasAvatar: false, avatarUpdated: 0, blocked: false }, undefined), name: `Conversation ${number}`, last: `last-${number}`, begins: true,
      });
      const message = (key, key2, created) => ({ key, uuid: key, conversation: key2, created, state: 'sent', text: `What was said as number ${created}`, userId: created % 2 ? 'me' : 'p1', members: 2, readedMembers: 2, deliveredMembers: 2 });
      await client.model.change(transaction => {
        transaction.put('meta', 'profile', { userId: 'me', name: 'Me', confirmed: true });
        for (let number = 0; number < 2_000; number++) {
          transaction.putConversation(conversation(number));
          transaction.putMessage(message(`last-${number}`, `conversation-${number}`, 1e12 + number));
        }
        for (let number = 0; number < 10_000; number++) transaction.putMessage(message(`m-${number}`, 'conversation-5', 1e11 + number));
      });
      const tasks = [];
      const list = new ConversationList(client, { open: () => {}, compose: () => {}, settings: () => {}, current: () => null });
      document.getElementById('app').replaceChildren(list.element);
      list.element.style.height = '100dvh';
      const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
      const settle = async () => {
        for (let number = 0; number < 30; number++) await frame();
      };
      await list.render();
      await settle();
      const watching = new PerformanceObserver(entries => tasks.push(...entries.getEntries().map(entry => entry.duration)));
      watching.observe({ type: 'longtask' });
      for (let number = 0; number < 60; number++) {
        list.rows.scrollTop += 400;
        await frame();
      }
      await settle();
      const scrolling = Math.max(0, ...tasks);
      const chat = new Chat(client, 'conversation-5', { back: () => {}, info: () => {} });
      document.getElementById('app').replaceChildren(chat.element);
      chat.element.style.height = '100dvh';
      await settle();
      for (let number = 0; number < 40; number++) {
        chat.timeline.scrollTop = 0;
        for (let wait = 0; wait < 4; wait++) await frame();
      }
      const first = chat.items.querySelector('.said')?.textContent ?? '';
      const last = () => [...chat.items.querySelectorAll('.said')].at(-1)?.textContent ?? '';
      for (let number = 0; number < 400 && !last().endsWith('1000000000005'); number++) {
        chat.timeline.scrollTop = chat.timeline.scrollHeight;
        for (let wait = 0; wait < 4; wait++) await frame();
      }
      return { rows: list.rows.children.length, scrolling, elements: chat.items.children.length, first, last: last() };
    });
    await page.context().close();
    console.log(`# longest task while scrolling ${Math.round(figures.scrolling)} ms; ${figures.elements} elements while reading back, to “${figures.first}”`);
    equal(figures.rows, 2_000);
    ok(figures.elements <= 420, `${figures.elements} elements of messages`);
    equal(/\d+$/.exec(figures.first)[0] < 1e11 + 9_000, true, 'it goes on beyond what the document holds');
    match(figures.last, /1000000000005$/, 'and forward again to the end');
    ok(figures.scrolling < 1_000, `a task of ${figures.scrolling} ms`); // 50 on an idle machine; this one runs other tests beside it
  },

  async 'two phones side by side, and not a word for the server'() {
    const page = await (await browser.newContext({ viewport: { width: 1200, height: 1300 } })).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${server}/demo`);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await page.frameLocator('#bob').locator('.message:has-text("Only you can read this")').waitFor();
    const seen = await page.textContent('#frames');
    match(seen, /Alice\s*a message/);
    ok(!seen.includes('Only you can read this'));
    await page.goto(`${server}/design`);
    await page.waitForSelector('#messages .bubble');
    await accessible({ page, name: 'the page' }, 'the design system');
    await page.context().close();
  },
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  try {
    const began = performance.now();
    await step();
    console.log(`ok - ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (fault) {
    failed++;
    console.log(`not ok - ${name}\n${fault.stack}`);
    if (process.env.SHOTS) for (const one of [alice, bob, carol]) await one.page.screenshot({ path: `${process.env.SHOTS}/${one.name}.png` });
    break; // the day goes on from where it stands: what follows would fail for that
  }
}
await browser.close();
if (complaints.length > 0) console.log(`not ok - the pages complained\n${complaints.join('\n')}`);
process.exitCode = failed > 0 || complaints.length > 0 ? 1 : 0;
