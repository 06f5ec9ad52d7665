// Pictures of every view, to be looked at: node shots.mjs SERVER FOLDER
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { open, PASSPHRASE, register } from './web-people.mjs';

const [, , server, folder] = process.argv;
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const sizes = { phone: [360, 740], tablet: [820, 1000], desktop: [1280, 800] };

const [alice, bob, carol] = await Promise.all([['Alice Martin', '+357991'], ['Bob Tanaka', '+357992'], ['Carol Nielsen', '+357993']].map(async ([name]) => open(browser, server, name)));
for (const one of [alice, bob, carol]) one.page.on('pageerror', fault => console.log(one.name, fault.message));
const shot = async (page, name) => {
  for (const theme of ['light', 'dark']) {
    await page.evaluate(value => {
      localStorage.setItem('theme', value);
      document.documentElement.dataset.theme = value;
    }, theme);
    for (const [size, [width, height]] of Object.entries(sizes)) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(120);
      await page.screenshot({ path: `${folder}/${name}-${size}-${theme}.png` });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
};

await shot(alice.page, '01-signin');
await alice.page.fill('input[name=number]', alice.number);
await alice.page.keyboard.press('Enter');
await alice.page.waitForSelector('input[name=code]');
await shot(alice.page, '02-code');
await alice.page.fill('input[name=code]', '000000');
await alice.page.keyboard.press('Enter');
await alice.page.waitForSelector('input[name=name]');
await shot(alice.page, '03-keys');
await register(alice, { from: 'name' });
await Promise.all([register(bob), register(carol)]);
await shot(alice.page, '04-empty');
await alice.page.click('[aria-label="New conversation"]');
await shot(alice.page, '05-compose');
const { page } = alice;
await page.fill('dialog input[name=number]', bob.number);
await page.fill('dialog input[name=who]', 'Bob Tanaka');
await page.keyboard.press('Enter');
await page.waitForSelector('.composer textarea');
await page.fill('textarea', 'Shall we take the early train on Saturday? It leaves at 7:12, and we would be up there before it gets hot.');
await page.keyboard.press('Enter');
await bob.page.waitForSelector('.chat-row');
await bob.page.click('.chat-row');
await bob.page.waitForSelector('.bubble');
for (const text of ['Good idea!', 'I bring the tea 🍵', '🏔️']) {
  await bob.page.fill('textarea', text);
  await bob.page.keyboard.press('Enter');
}
await page.waitForSelector('text=I bring the tea');
await page.hover('.message:not(.mine) .bubble');
await page.click('.message:not(.mine) .more');
await page.click('.menu >> text=Reply');
await page.fill('textarea', 'Perfect. And the map?');
await page.keyboard.press('Enter');
await page.waitForTimeout(500);
const svg = png(600, 400);
await page.setInputFiles('input[type=file]', [{ name: 'mountain.png', mimeType: 'image/png', buffer: svg }, { name: 'Route and timetable.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(123_456) }]);
await page.waitForSelector('.chip');
await page.fill('textarea', 'The view from last year');
await shot(page, '06-attaching');
await page.click('[aria-label="Send"]');
await bob.page.waitForSelector('.photo img');
await page.waitForSelector('.attachment');
await page.waitForTimeout(1200);
await bob.page.locator('.message:not(.mine) .more').first().focus();
await bob.page.keyboard.press('Enter');
await bob.page.click('.menu >> text=React');
await bob.page.click('.emojis button:nth-child(2)');
await page.waitForSelector('.reaction');
await shot(page, '07-dialog');
await bob.page.fill('textarea', 'Wonderful');
await page.waitForSelector('text=is typing');
await shot(bob.page, '08-dialog-peer');
await page.click('[aria-label="About this conversation"]');
await page.waitForSelector('.panel');
await shot(page, '09-panel');
await page.click('text=Safety number');
await page.waitForFunction(() => /\d{5} \d{5}/.test(document.querySelector('.safety')?.textContent ?? ''));
await shot(page, '10-safety');
await page.keyboard.press('Escape');
await page.click('[aria-label="Close the details"]');
await page.setViewportSize({ width: 1280, height: 800 });
await page.click('[aria-label="New conversation"]');
await page.fill('dialog input[name=number]', carol.number);
await page.fill('dialog input[name=who]', 'Carol Nielsen');
await page.keyboard.press('Enter');
await page.waitForSelector('.title:has-text("Carol")');
await page.fill('textarea', 'Coming on Saturday too?');
await page.keyboard.press('Enter');
await page.waitForTimeout(600);
await page.click('[aria-label="New conversation"]');
await page.click('text=New group');
await page.fill('dialog input[name=title]', 'Hiking club 🥾');
await page.click('dialog label:has-text("Bob")');
await page.click('dialog label:has-text("Carol")');
await shot(page, '11-group-new');
await page.click('dialog .button.primary');
await page.waitForSelector('.title:has-text("Hiking")');
await page.fill('textarea', 'Welcome, both of you');
await page.keyboard.press('Enter');
await carol.page.waitForSelector('.chat-row:has-text("Hiking")');
await carol.page.click('.chat-row:has-text("Hiking")');
await carol.page.fill('textarea', 'Hello! I have never been up there.');
await carol.page.keyboard.press('Enter');
await bob.page.waitForSelector('.chat-row:has-text("Hiking")');
await bob.page.click('.chat-row:has-text("Hiking")');
await bob.page.fill('textarea', 'You will like it.');
await bob.page.keyboard.press('Enter');
await page.waitForSelector('text=You will like it.');
await page.waitForTimeout(500);
await shot(page, '12-group');
await page.click('[aria-label="About this conversation"]');
await shot(page, '13-group-panel');
await page.click('[aria-label="Close the details"]');
await page.click('[aria-label="Settings"]');
await page.waitForTimeout(500);
await shot(page, '14-settings');
await page.keyboard.press('Escape');
await page.setViewportSize({ width: 360, height: 740 });
await page.click('[aria-label="Back to the conversations"]');
await shot(page, '15-list');
await page.setViewportSize({ width: 1280, height: 800 });
for (const [row, item] of [['Bob', 'Pin'], ['Hiking', 'Mute for 8 hours'], ['Carol', 'Archive']]) {
  await page.click(`.chat-row:has-text("${row}")`, { button: 'right' });
  await page.click(`.menu >> text="${item}"`);
  await page.waitForTimeout(500);
}
await page.setViewportSize({ width: 360, height: 740 });
await shot(page, '18-pinned-muted-archived');
await page.setViewportSize({ width: 360, height: 740 });
await page.click('[aria-label="Settings"]');
await page.click('dialog >> text=Registration lock');
await shot(page, '19-lock');
await page.keyboard.press('Escape');
const tablet = await open(browser, server, 'Alice Martin');
await tablet.page.click('text=Link to a device that I have');
await tablet.page.waitForSelector('svg.qr');
await shot(tablet.page, '20-link-code');
await page.click('[aria-label="Settings"]');
await page.click('dialog >> text=Link a device');
await page.fill('dialog input[name=text]', await tablet.page.inputValue('.link-text'));
await page.keyboard.press('Enter');
await page.waitForSelector('.digits');
await shot(page, '21-link-digits');
await tablet.page.fill('input[name=digits]', await page.textContent('.digits'));
await tablet.page.keyboard.press('Enter');
await page.fill('dialog input[name=passphrase]', PASSPHRASE);
await page.keyboard.press('Enter');
await tablet.page.waitForSelector('html[data-ready]', { state: 'attached' });
await tablet.page.evaluate(() => localStorage.setItem('language', 'ar'));
await tablet.page.reload();
await tablet.page.waitForSelector('.chat-row');
await tablet.page.click('.chat-row:has-text("Bob")');
await tablet.page.waitForSelector('.bubble');
await shot(tablet.page, '22-arabic');
await tablet.page.click('.side > header .icon');
await tablet.page.waitForSelector('dialog .row .tag');
await shot(tablet.page, '23-arabic-settings');
await page.setViewportSize({ width: 360, height: 740 });
await page.fill('.search input', 'train');
await page.waitForTimeout(400);
await shot(page, '16-search');
await page.fill('.search input', '');
await alice.context.setOffline(true);
await page.evaluate(() => dispatchEvent(new Event('offline')));
await page.click('.chat-row');
await page.fill('textarea', 'Written in the tunnel');
await page.click('[aria-label="Send"]');
await page.waitForTimeout(20_000);
await shot(page, '17-offline');
await browser.close();

/** A picture of a mountain, without a library. */
function png(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      const ridge = 150 + 60 * Math.sin(x / 70) + 30 * Math.sin(x / 23);
      const [r, g, b] = y < ridge ? [150 + y / 4, 190 + y / 6, 235] : [60 + (y - ridge) / 5, 90 + (y - ridge) / 6, 80];
      rows.set([r, g, b].map(v => Math.max(0, Math.min(255, v))), at);
    }
  }
  const crc = buffer => {
    let c = ~0;
    for (const byte of buffer) {
      c ^= byte;
      for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return ~c >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}
