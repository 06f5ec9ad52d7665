// The pictures of the README: node pictures.mjs SERVER FOLDER, on a quiet machine, since they show latencies.
import { join } from 'node:path';
import { arrived, browse, launch } from './browser.mjs';

const [, , server, folder] = process.argv;
/** Minutes played; the last is the one of the picture. */
const WARM = 8;

const browser = await launch();

await browse(browser, server, async open => {
  const shoot = async (name, options, act = () => {}) => {
    const page = await open(options);
    await page.emulateMedia({ reducedMotion: 'reduce' });

    // A few times, to warm the server up.
    for (let time = 0; time < WARM; time++) {
      await page.click('#clear');
      await page.click('#play');
      await arrived(page, 'alice', 'ResponseGetConversationsFull');
      await page.waitForSelector('#play:not([disabled])');
    }
    await act(page);
    await page.screenshot({ path: join(folder, name) });
  };
  await shoot('explorer.png', { viewport: { width: 1360, height: 800 } });
  await shoot('explorer-dark.png', { viewport: { width: 1360, height: 800 }, colorScheme: 'dark' }, async page => {
    const told = page.locator('#log li.bob[data-type=NotificationAddedMessageToConversation] summary').last();
    await told.click();
    await told.evaluate(summary => summary.scrollIntoView({ block: 'start' }));
  });
});
await browser.close();
