// Of the day with the messenger in the browser: what one person alone has, further devices, the registration lock, other languages.
import { equal, match } from 'node:assert/strict';
import { open, PASSPHRASE } from './web-people.mjs';

/** Steps in the order in which they are lived. */
export const devices = ({ alice, bob, carol, browser, server, watched, accessible, chat, say, complaints }) => ({
  async 'pinned, muted and archived'() {
    await alice.page.click('.chat-row:has-text("Carol")', { button: 'right' });
    await alice.page.click('.menu >> text=Pin');
    await alice.page.waitForSelector('.list > :first-child:has-text("Carol") [aria-label="Pinned"]');
    await chat(alice, 'Hiking');
    await alice.page.click('[aria-label="About this conversation"]');
    await alice.page.click('.panel >> text="Mute"');
    await alice.page.waitForSelector('.chat-row:has-text("Hiking") [aria-label="Muted"]');
    await accessible(alice, 'pinned and muted');
    await alice.page.click('.panel >> text="Archive"');
    await alice.page.waitForSelector('.list .archive:has-text("1 chat")');
    equal(await alice.page.locator('.chat-row:has-text("Hiking")').count(), 0);
    await alice.page.click('.list .archive');
    await alice.page.waitForSelector('.chat-row:has-text("Hiking")');
    await accessible(alice, 'the archive');
    await alice.page.click('.panel >> text=Out of the archive');
    await alice.page.waitForSelector('.list .archive', { state: 'detached' });
    await alice.page.click('.panel >> text=Unmute');
    await alice.page.click('[aria-label="Close the details"]');
  },

  async 'messages that expire'() {
    await chat(bob, 'Alice');
    await chat(alice, 'Bob');
    await alice.page.click('[aria-label="About this conversation"]');
    await alice.page.click('.panel >> text=Messages expire: Never');
    await accessible(alice, 'when messages expire');
    await alice.page.click('dialog >> text="One day"');
    await alice.page.waitForSelector('.panel >> text=Messages expire: One day');
    await alice.page.click('[aria-label="Close the details"]');
    await bob.page.waitForSelector('text=changed when messages expire');
    await say(alice, 'Gone tomorrow');
    for (const one of [alice, bob]) await one.page.waitForSelector('.message:has-text("Gone tomorrow") [aria-label^="Expires"]');
    await accessible(alice, 'a message that expires');
    await bob.page.click('[aria-label="About this conversation"]');
    await bob.page.click('.panel >> text=Messages expire: One day');
    await bob.page.click('dialog >> text="Never"');
    await alice.page.waitForSelector('text=Bob changed when messages expire');
    await bob.page.click('[aria-label="Close the details"]');
  },

  async 'a second device is let in by its code and six digits, and agrees with the first'() {
    const tablet = watched(await open(browser, server, 'the tablet'));
    await tablet.page.click('text=Link to a device that I have');
    await tablet.page.waitForSelector('svg.qr');
    await accessible(tablet, 'a code');
    const text = await tablet.page.inputValue('.link-text');
    match(text, /^https:\/\/[^/]+\/link#v1\.[0-9a-f-]{36}\.[\w-]{87}$/);
    await alice.page.click('[aria-label="Settings"]');
    await alice.page.click('dialog >> text=Link a device');
    await accessible(alice, 'reading a code');
    await alice.page.fill('dialog input[name=text]', text);
    await alice.page.keyboard.press('Enter');
    await alice.page.waitForSelector('.digits');
    await accessible(alice, 'six digits');
    await tablet.page.waitForSelector('input[name=digits]');
    await accessible(tablet, 'asking for six digits');
    await tablet.page.fill('input[name=digits]', '000000');
    await tablet.page.keyboard.press('Enter');
    await tablet.page.waitForSelector('.fault:not([hidden])');
    await tablet.page.fill('input[name=digits]', await alice.page.textContent('.digits'));
    await tablet.page.keyboard.press('Enter');
    await tablet.page.waitForSelector('.waiting');
    await alice.page.fill('dialog input[name=passphrase]', PASSPHRASE);
    await alice.page.keyboard.press('Enter');
    await tablet.page.waitForSelector('html[data-ready]', { state: 'attached' });
    await tablet.page.waitForSelector('.list > :first-child:has-text("Carol") [aria-label="Pinned"]');
    await tablet.page.waitForSelector('.chat-row:has-text("Hiking")'); // until its title is opened, a group is called by who is in it
    await chat(tablet, 'Bob');
    await tablet.page.waitForSelector('.message:has-text("A better answer") .reaction');

    // What Bob says is unread on both, and read on both.
    await chat(bob, 'Alice');
    await chat(alice, 'Hiking');
    await chat(tablet, 'Hiking');
    await say(bob, 'For both of your devices');
    await tablet.page.waitForSelector('.chat-row:has-text("For both") .badge');
    await chat(alice, 'Bob');
    await tablet.page.waitForSelector('.chat-row:has-text("For both") .badge', { state: 'detached' });

    // It is new, until it is approved.
    await tablet.page.click('[aria-label="Settings"]');
    await tablet.page.waitForSelector('dialog >> text=This device is new');
    await accessible(tablet, 'the settings of a new device');
    await tablet.page.keyboard.press('Escape');
    await alice.page.click('[aria-label="Settings"]');
    await alice.page.click('dialog >> text=Approve');
    await alice.page.click('dialog:has-text("Is this your device?") .primary');
    await alice.page.waitForSelector('dialog .row:not(:has-text("This device")) .tag:has-text("Yours")');
    await alice.page.keyboard.press('Escape');
    await tablet.context.close();
  },

  async 'with a registration lock a code by SMS is not enough'() {
    await alice.page.click('[aria-label="Settings"]');
    await alice.page.click('dialog >> text=Registration lock');
    await accessible(alice, 'a registration lock');
    await alice.page.fill('dialog input[name=pin]', '271828');
    await alice.page.fill('dialog input[name=again]', '271828');
    await alice.page.keyboard.press('Enter');
    await alice.page.waitForSelector('dialog', { state: 'detached' });
    const thief = watched(await open(browser, server, 'a thief'));
    await thief.page.fill('input[name=number]', alice.number);
    await thief.page.keyboard.press('Enter');
    await thief.page.fill('input[name=code]', '000000');
    await thief.page.keyboard.press('Enter');
    await thief.page.fill('input[name=pin]', '314159');
    await thief.page.keyboard.press('Enter');
    await thief.page.waitForSelector('.fault:has-text("That is not the PIN")');
    await accessible(thief, 'asking for the PIN');
    await thief.page.fill('input[name=pin]', '271828');
    await thief.page.keyboard.press('Enter');
    await thief.page.waitForSelector('input[name=passphrase]');
    await thief.context.close();
  },

  async 'from the right to the left: nothing is in English, and nothing stands outside'() {
    const { page } = carol;
    equal(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang].join()), 'rtl,ar');
    // Names and what people wrote are theirs; all else is the page's.
    const foreign = () => page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node; (node = walker.nextNode());) {
        const element = node.parentElement;
        if (element.closest('[dir=auto], .avatar, .name, option, script, svg, [aria-hidden=true], .mono, b, input') || !element.checkVisibility()) continue;
        if (/[A-Za-z]{3,}/.test(node.textContent.replaceAll(/Messenger|Alice|Bob|Carol|Hiking|SMS|PIN|Chrome/g, ''))) found.push(node.textContent);
      }
      const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap(one => ['aria-label', 'title', 'placeholder'].map(name => one.getAttribute(name) ?? ''));
      return [...found, ...labels.filter(label => /[A-Za-z]{3,}/.test(label.replaceAll(/Messenger|Alice|Bob|Carol|Hiking|https|link/g, '')))];
    });
    const fine = async state => {
      complaints.push(...(await foreign()).map(text => `in Arabic, ${state}: ${text}`));
      await accessible(carol, `in Arabic, ${state}`);
      equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, state);
    };
    await chat(carol, 'Alice');
    await say(carol, 'مرحبا');
    await page.waitForSelector('.message.mine');
    await fine('a dialog');
    await page.locator('.message .more').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.menu');
    await fine('a menu');
    await page.keyboard.press('Escape');
    await page.click('.chat > header .who');
    await page.waitForSelector('.panel');
    await fine('details');
    await page.click('.side > header .icon');
    await page.waitForSelector('dialog .row .tag');
    await fine('settings');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    await fine('on a phone');
  },

  async 'four catalogues say all that the page says, in every form of their languages'() {
    const faults = await alice.page.evaluate(async () => {
      const faults = [];
      const files = ['app', 'bubble', 'chat', 'compose', 'composer', 'dom', 'format', 'link', 'list', 'own', 'panel', 'reactions', 'settings', 'signin', 'timer'];
      const said = new Set();
      for (const file of files) {
        const source = await (await fetch(`/web/${file}.js`)).text();
        const text = "'((?:[^'\\\\]|\\\\.)*)'";
        for (const pattern of [`\\bt\\(${text}`, `\\btn\\([^']*?'[^']*', ${text}`, `\\b(?:label|action): ${text}`, `\\b(?:field|button|toast)\\(${text}`, `iconButton\\('\\w+', ${text}`]) {
          for (const match of source.matchAll(new RegExp(pattern, 'g'))) said.add(match[1]);
        }
      }
      if (said.size < 200) faults.push(`only ${said.size} sentences were found`);
      const holes = value => [...value.matchAll(/\{\w+\}/g)].map(String).sort().join();
      for (const language of ['de', 'es', 'ar', 'ru']) {
        const { default: words } = await import(`/web/words-${language}.js`);
        for (const key of said) if (!(key in words)) faults.push(`${language} has no “${key}”`);
        const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort().join();
        for (const [key, value] of Object.entries(words)) {
          if (typeof value === 'string' ? holes(value) !== holes(key) : Object.keys(value).sort().join() !== categories) faults.push(`${language}: “${key}” has other holes or forms`);
        }
      }
      return faults;
    });
    equal(faults.join('\n'), '');
  },
});
