// People in browsers of their own, at the messenger of a server.
import { randomInt } from 'node:crypto';

export const PASSPHRASE = 'correct horse battery staple';

export async function open(browser, server, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${server}/`);
  await page.waitForSelector('input[name=number]');
  return { name, context, page, number: `+35799${String(randomInt(1e6)).padStart(6, '0')}` };
}

/** From any step on to the list of conversations. */
export async function register({ page, name, number }, { from = 'number' } = {}) {
  if (from === 'number') {
    await page.fill('input[name=number]', number);
    await page.keyboard.press('Enter');
    await page.fill('input[name=code]', '000000');
    await page.keyboard.press('Enter');
  }
  await page.waitForSelector('input[name=passphrase]');
  if (await page.$('input[name=name]')) {
    await page.fill('input[name=name]', name);
    await page.fill('input[name=again]', PASSPHRASE);
  }
  await page.fill('input[name=passphrase]', PASSPHRASE);
  await page.click('form .primary');
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
}
