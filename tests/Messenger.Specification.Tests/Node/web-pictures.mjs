// The README's pictures of the two phones, in light and dark: node web-pictures.mjs SERVER FOLDER
import { launch } from './browser.mjs';

const [, , server, folder] = process.argv;
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1180, height: 1130 }, locale: 'en-GB', deviceScaleFactor: 1 })).newPage();
page.setDefaultTimeout(60_000);
await page.goto(`${server}/demo`);
await page.waitForSelector('html[data-ready]', { state: 'attached' });
const [alice, bob] = ['#alice', '#bob'].map(id => page.frameLocator(id));
const say = async (phone, text, other) => {
  await phone.locator('.composer textarea').fill(text);
  await phone.locator('[aria-label="Send"]').click();
  await other.locator(`.message:has-text("${text}")`).waitFor();
};
await say(bob, 'Hi Alice. And the server?', alice);
await say(alice, 'It carries what it cannot open.', bob);
await say(bob, 'And when my train goes into a tunnel?', alice);
await say(alice, 'Then you read it when you are out again. Once.', bob);
await bob.locator('.composer textarea').pressSequentially('Good to know', { delay: 400 });
await alice.locator('.typing:has-text("typing")').waitFor();
for (const theme of ['light', 'dark']) {
  for (const frame of page.frames()) {
    await frame.evaluate(value => {
      document.documentElement.dataset.theme = value;
    }, theme);
  }
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}/two-phones-${theme}.png` });
}
await browser.close();
