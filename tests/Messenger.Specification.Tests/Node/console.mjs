// An operator's work with the console, and a reader's look: node console.mjs JSON, with what ConsoleTests made.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { launch } from './browser.mjs';

const given = JSON.parse(process.argv[2]);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { phone: [320, 640], tablet: [820, 1000], desktop: [1280, 800] };
const browser = await launch();
const complaints = [];

async function open(locale = 'en-GB') {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale, timezoneId: 'UTC' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', fault => complaints.push(fault.message));
  page.on('console', message => message.type() === 'error' && !/status of (401|404)/.test(message.text()) && complaints.push(message.text()));
  page.on('request', request => {
    if (new URL(request.url()).host !== new URL(given.admin).host) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${given.admin}/console`);
  await page.waitForSelector('input[name=token]');
  return page;
}

async function signIn(page, token) {
  await page.fill('input[name=token]', token);
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav a');
}

/** axe in both themes, no sideways scrolling at 320 px, and a picture of each where they are wanted. */
async function looked(page, state) {
  const before = page.viewportSize();
  for (const theme of ['light', 'dark']) {
    await page.evaluate(value => {
      document.documentElement.dataset.theme = value;
    }, theme);
    for (const [size, [width, height]] of Object.entries(SIZES)) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200); // colours fade in: what axe measures must stand still
      const wide = await page.evaluate(() => Math.max(...['html', '#place', 'dialog .content', '.gate'].map(one => document.querySelector(one)).filter(Boolean).map(one => one.scrollWidth - one.clientWidth)));
      if (wide > 0) complaints.push(`${state}, ${size}: ${wide} px too wide`);
      if (given.pictures) {
        mkdirSync(given.pictures, { recursive: true });
        await page.screenshot({ path: `${given.pictures}/${state.replaceAll(' ', '-')}-${size}-${theme}.png` });
      }
    }
    for (const size of ['phone', 'desktop']) {
      const [width, height] = SIZES[size];
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(100);
      const found = await page.evaluate(async source => {
        if (!globalThis.axe) (0, eval)(source);
        return (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations.map(one => `${one.id} ${one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')}: ${one.nodes[0].failureSummary}`);
      }, axe).catch(fault => [fault.message]);
      complaints.push(...found.map(one => `${state}, ${theme}, ${size}: ${one}`));
    }
  }
  await page.setViewportSize(before);
}

const to = (page, label) => page.click(`nav a:has-text("${label}")`);
const told = (page, text) => page.waitForSelector(`.toast:has-text("${text}")`);
const dialog = page => page.waitForSelector('dialog[open]');
const closed = page => page.waitForSelector('dialog', { state: 'detached' });
const asked = page => {
  const posts = [];
  page.on('request', request => request.method() === 'POST' && posts.push([new URL(request.url()).pathname, JSON.parse(request.postData())]));
  return posts;
};

let page;
const steps = {
  async 'a wrong token is told so, a right one opens the queue'() {
    page = await open();
    await looked(page, 'signing in');
    await page.fill('input[name=token]', 'not-a-token');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fault:has-text("none of Admin:Tokens")');
    await signIn(page, given.operator);
    await page.waitForSelector('.pages .row >> nth=2');
    match(await page.textContent('.bar'), /alice.*Operator/);
    await looked(page, 'reports');
  },

  async 'the token is this tab’s: kept by a reload, in no other place'() {
    await page.reload();
    await page.waitForSelector('.pages .row');
    deepEqual(await page.evaluate(token => [Object.values(localStorage).includes(token), document.cookie, location.href.includes(token)], given.operator), [false, '', false]);
  },

  async 'a report shows whom it is about, and what people wrote is text'() {
    await page.click('.row:has-text("same watch")');
    await page.waitForSelector('blockquote:has-text("<b>again</b>")');
    await page.waitForSelector(`section:has-text("Its author") a:has-text("${given.eve}")`);
    await looked(page, 'report');
  },

  async 'a message is deleted when the last button is pressed, and not before'() {
    const posts = asked(page);
    await page.click('button:has-text("Delete this message")');
    await dialog(page);
    await page.keyboard.press('Enter');
    equal(posts.length, 0); // a reason is needed
    await page.keyboard.type('order 4711');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.effect:has-text("delete message")');
    await looked(page, 'confirming');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel');
    deepEqual(posts.map(([path, body]) => [path, body.dryRun]), [['/admin/v1/messages/delete', true]]);
    await page.click('dialog button:has-text("Delete the message")');
    await told(page, 'Done: delete message');
    await closed(page);
    await page.waitForSelector('section:has-text("The message") dd:has-text("Deleted")');
  },

  async 'the report is resolved with a note, and leaves the queue'() {
    await page.click('button:text-is("Resolve")');
    await dialog(page);
    await page.fill('textarea', 'Message removed, first warning');
    await looked(page, 'resolving');
    await page.click('dialog button:text-is("Resolve")');
    await page.waitForSelector('dd:has-text("first warning")');
    await page.click('.back');
    await page.waitForFunction(() => document.querySelectorAll('.pages .row').length === 2);
    await page.click('.choice button:has-text("Resolved")');
    await page.waitForSelector('.row:has-text("same watch")');
  },

  async 'a person is found by number, and the address has the id alone'() {
    await to(page, 'Users');
    await page.waitForSelector('.pages .row >> nth=2');
    await looked(page, 'users');
    await page.fill('input[name=who]', given.number.replace(/^(\+...)/, '$1 '));
    await page.keyboard.press('Enter');
    await page.waitForSelector('section:has-text("Devices") .row >> nth=1');
    ok(!(await page.evaluate(() => location.href)).includes(given.number.slice(4)));
    ok((await page.evaluate(() => location.hash)).includes(encodeURIComponent(given.eve)));
    await looked(page, 'user');
  },

  async 'an account is suspended and restored'() {
    await page.click('button:text-is("Suspend")');
    await dialog(page);
    await page.keyboard.type('spam');
    await page.click('dialog button:text-is("Suspend")');
    await page.waitForSelector('dd:has-text("Suspended")');
    await looked(page, 'user suspended');
    await page.click('button:text-is("Restore")');
    await page.click('dialog button:text-is("Restore")');
    await page.waitForSelector('dd:has-text("Active")');
  },

  async 'a device is revoked by the keyboard alone'() {
    const device = page.locator('section:has-text("Devices") .row').last();
    const name = (await device.locator('.mono').textContent()).trim();
    await device.locator('button').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.menu button:focus');
    await looked(page, 'device menu');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await dialog(page);
    await page.keyboard.type('stolen, asked by its owner');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.effect:has-text("revoke device ${name}")`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await told(page, `Done: revoke device ${name}`);
    await page.waitForFunction(gone => !document.body.textContent.includes(gone), ` ${name}`);
  },

  async 'an account is erased, after the page named what that does'() {
    await page.goto(`${given.admin}/console#/users/${encodeURIComponent(given.gone)}`);
    await page.waitForSelector(`dd:has-text("${given.gone}")`);
    await page.click('button:has-text("Erase the account")');
    await dialog(page);
    await page.keyboard.type('order 4712');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.effect:has-text("erase account ${given.gone} with 1 devices")`);
    await looked(page, 'erasing');
    await page.keyboard.press('Escape');
    await closed(page);
    await page.reload();
    await page.waitForSelector(`dd:has-text("${given.gone}")`); // nothing was done by leaving
    await page.click('button:has-text("Erase the account")');
    await page.keyboard.type('order 4712');
    await page.keyboard.press('Enter');
    await page.click('dialog button:has-text("Erase for good")');
    await told(page, 'Done: erase account');
    await page.waitForFunction(gone => location.hash === '#/users' && !document.querySelector('.pages').textContent.includes(gone), given.gone);
    await page.goto(`${given.admin}/console#/users/${encodeURIComponent(given.gone)}`);
    await page.waitForSelector('.fault');
    await looked(page, 'user gone');
  },

  async 'statistics are drawn, and read by the arrow keys'() {
    await to(page, 'Statistics');
    await page.waitForSelector('.chart >> nth=7');
    equal(await page.locator('.tiles dd').first().textContent(), '2');
    const days = Array.from({ length: 29 }, (_, at) => ({
      date: new Date(Date.now() - (at + (at > 20 ? 2 : 0)) * 86_400_000).toISOString().slice(0, 10),
      ...Object.fromEntries(['accounts', 'active', 'messages', 'deliveries', 'bytesIn', 'bytesOut', 'sms', 'pushes'].map((name, number) =>
        [name, Math.round((Math.sin(at / 3.5 + number) + 1.4) * 17 ** (1 + number % 5))])),
    })).toReversed();
    await page.route('**/admin/v1/statistics?days=30', route => route.fulfill({ json: { days } }));
    await page.reload();
    const chart = page.locator('.chart', { hasText: 'Messages' });
    await chart.waitFor();
    equal(await chart.locator('rect').count(), 30);
    await chart.locator('.plot').focus();
    await page.keyboard.press('ArrowLeft');
    match(await chart.locator('.plot').getAttribute('aria-valuetext'), new RegExp(`: ${days.at(-2).messages.toLocaleString('en-GB')}$`));
    await page.keyboard.press('Home');
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight');
    match(await chart.textContent(), /No figures/); // a day on which the server was away is no zero
    const tops = await chart.locator('rect').evaluateAll(bars => bars.map(bar => [Number(bar.getAttribute('y')), Number(bar.getAttribute('height'))]));
    ok(tops.every(([y, height]) => y >= 0 && Math.abs(y + height - 120) < 1e-6) && Math.max(...tops.map(([, height]) => height)) > 40);
    await page.click('summary');
    await page.waitForSelector('tbody tr >> nth=27');
    await looked(page, 'statistics');
  },

  async 'the audit log is filtered by whom it is about'() {
    await page.goto(`${given.admin}/console#/audit?target=${encodeURIComponent(given.eve)}`);
    await page.waitForSelector('.entry:has-text("/users/suspend"):has-text("spam")');
    await page.waitForSelector('.entry:has-text("/devices/revoke"):has-text("did: revoke")');
    equal(await page.locator('.entry:has-text("GET")').count(), 0);
    await page.check('input[name=all]');
    await page.fill('input[name=actor]', 'alice');
    await page.click('button:text-is("Show")');
    await page.waitForSelector('.entry:has-text("GET /users")');
    equal(await page.inputValue('input[name=actor]'), 'alice');
    await looked(page, 'audit');
  },

  async 'pushes that wait are listed'() {
    await page.route('**/admin/v1/push/queue', route => route.fulfill({ json: { items: [0, 3].map(tries => ({
      userId: given.eve, device: '0123456789abcdef', applicationType: 'android', conversation: '0190a0b0-0000-7000-8000-000000000001', queued: Date.now() - 1e5, due: Date.now() + tries * 1e5, tries,
    })), next: 'more~1' } }));
    await to(page, 'Pushes');
    await page.waitForSelector('.row:has-text("3 tries")');
    await page.waitForSelector('button:has-text("Show more")');
    await looked(page, 'pushes');
  },

  async 'a notice is set, registration is paused, a process is drained and comes back'() {
    await to(page, 'Server');
    await page.click('button:has-text("Set a notice")');
    await dialog(page);
    await page.keyboard.type('Maintenance at 22:00, for some minutes');
    await page.keyboard.press('Enter');
    await page.waitForSelector('blockquote:has-text("Maintenance at 22:00")');
    await page.click('button:has-text("Pause registration")');
    await dialog(page);
    await page.keyboard.type('upgrade');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tag:has-text("Paused")');
    await page.click('button:text-is("Drain")');
    await dialog(page);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.effect:has-text("close the connections of")');
    equal(await page.locator('dialog:has-text("cannot be taken back")').count(), 0);
    await page.click('dialog .button.destroy');
    await page.waitForSelector('.tag:has-text("Drained")');
    await looked(page, 'server');
    await page.click('button:text-is("Resume")');
    await page.click('dialog .button.primary');
    await page.waitForSelector('.tag:has-text("Drained")', { state: 'detached' });
    await page.click('button:has-text("Let people register again")');
    await page.click('dialog .button.primary');
    await page.waitForSelector('.tag:has-text("Open")');
    await page.click('button:has-text("Take it back")');
    await page.click('dialog .button.primary');
    await page.waitForSelector('p:has-text("None is shown.")');
  },

  async 'a reader sees all of it, and no button that does something'() {
    const other = await open('ar'); // it is written in English alone, and stays so, from the left to the right
    const posts = asked(other);
    await signIn(other, given.reader);
    deepEqual(await other.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['en', 'ltr']);
    match(await other.textContent('.bar'), /rita.*Reader/);
    for (const hash of ['#/reports', '#/reports/1', '#/users', `#/users/${encodeURIComponent(given.eve)}`, '#/push', '#/statistics', '#/audit', '#/server']) {
      await other.goto(`${given.admin}/console${hash}`);
      await other.waitForSelector('.view h1');
      await other.waitForFunction(() => !/Loading…/.test(document.querySelector('.view').innerText));
      deepEqual(await other.locator('.view .orders, .view .danger, .view [aria-haspopup]').count(), 0, hash);
    }
    await other.goto(`${given.admin}/console#/users/${encodeURIComponent(given.eve)}`);
    await other.waitForSelector('section:has-text("Devices") .row');
    await looked(other, 'user as a reader sees it');
    equal(posts.length, 0);
    await other.context().close();
  },

  async 'the keyboard reaches the content past the menu'() {
    await page.goto(`${given.admin}/console#/reports`);
    await page.reload();
    await page.waitForSelector('.pages .row');
    await page.keyboard.press('Tab');
    equal(await page.evaluate(() => document.activeElement.textContent), 'To the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Open');
  },

  async 'whose token goes is signed out, and nothing stays on the page'() {
    await page.evaluate(() => sessionStorage.setItem('operator-token', 'void'));
    await to(page, 'Users');
    await page.waitForSelector('.fault:has-text("not taken any more")');
    equal(await page.evaluate(() => sessionStorage.length), 0);
    await signIn(page, given.operator);
    await page.click('button:has-text("Sign out")');
    await page.waitForSelector('input[name=token]');
    equal(await page.evaluate(() => sessionStorage.length), 0);
    equal(await page.locator('.row').count(), 0);
  },
};

let failed = 0;
try {
  for (const [name, step] of Object.entries(steps)) {
    const before = complaints.length;
    let fault = null;
    await step().catch(reason => {
      fault = reason;
    });
    const said = [...(fault ? [fault.stack] : []), ...complaints.slice(before)];
    console.log(`${said.length === 0 ? 'ok' : 'not ok'} - ${name}${said.map(line => `\n    ${String(line).replaceAll('\n', '\n    ')}`).join('')}`);
    failed += said.length > 0 ? 1 : 0;
    if (fault && given.pictures) await page.screenshot({ path: `${given.pictures}/fault-${failed}.png` }).catch(() => {});
    if (fault) break; // each goes on where the one before ended
  }
} finally {
  await browser.close();
}
process.exitCode = failed > 0 ? 1 : 0;
