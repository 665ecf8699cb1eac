// Opens a page in Chromium, light, dark and as printed, has axe-core look at all of it, and measures whether it reflows.
// Prints one JSON object: what is wrong, each with where. usage: node axe.mjs NODE_MODULES_FOLDER LOOK,LOOK:PAGE.html...
import { createRequire } from 'node:module';

const [modules, ...pages] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const axe = require.resolve('axe-core');

const looks = [
  { name: 'light', media: 'screen', colorScheme: 'light' },
  { name: 'dark', media: 'screen', colorScheme: 'dark' },
  { name: 'print', media: 'print', colorScheme: 'light' },
];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// Tests run as root in containers, where Chromium's own sandbox cannot.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const wrong = [];
let rules = 0;
for (const wanted of pages) {
  const [names, file] = wanted.split(':');
  for (const look of looks.filter((look) => names.split(',').includes(look.name))) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.emulateMedia(look);
    await page.goto(`file://${file}`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags, resultTypes: ['violations'] }), tags);
    rules = Math.max(rules, found.passes.length);
    for (const violation of found.violations) {
      const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)}: ${node.failureSummary}`);
      wrong.push(`${file} ${look.name}: ${violation.id}, ${violation.nodes.length} times: ${nodes.join(' / ')}`);
    }
    await page.close();
  }
  const narrow = await browser.newPage({ viewport: { width: 320, height: 800 } });
  await narrow.goto(`file://${file}`);
  await narrow.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
  const width = await narrow.evaluate(() => document.documentElement.scrollWidth);
  if (width > 320) {
    wrong.push(`${file}: ${width} pixels wide where there are 320`);
  }
  await narrow.close();
}
await browser.close();
console.log(JSON.stringify({ wrong, rules }));
