// A headless Chromium that is watched: what the page complains of, and what it asks of others, fails the test.
import { ok } from 'node:assert/strict';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const launch = () => chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });

/** @param work called with open(options), which gives a page of its own at the explorer */
export async function browse(browser, server, work) {
  const complaints = [];
  const contexts = [];
  try {
    await work(async options => {
      contexts.push(await browser.newContext({ acceptDownloads: true, ...options }));
      const page = await contexts.at(-1).newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', fault => complaints.push(fault.message));
      page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
      page.on('request', request => {
        const { protocol, host } = new URL(request.url());
        if (protocol !== 'blob:' && host !== new URL(server).host) complaints.push(`asked ${request.url()}`);
      });
      await page.goto(`${server}/explorer`);
      await page.waitForSelector('html[data-ready]');
      return page;
    });
  } finally {
    for (const context of contexts) await context.close();
  }

  ok(complaints.length === 0, complaints.join('\n'));
}

/** The frames that the page shows: { side, direction, type, text }. */
export const frames = page => page.$$eval('#log li[data-type]', items => items.map(item => ({
  side: item.classList[0], direction: item.classList[1], type: item.dataset.type, text: item.querySelector('summary').innerText.replace(/\s+/g, ' '),
})));

/** Waits until the page shows so many frames of a side that carry this type. */
export const arrived = (page, side, type, count = 1) => page.waitForFunction(
  ([selector, least]) => document.querySelectorAll(selector).length >= least, [`#log li.${side}[data-type="${type}"]`, count]);

export async function choose(page, type) {
  await page.locator('#families button', { hasText: new RegExp(`^${type}$`) }).click();
}
