// `npm run bench:panel`: how long the built panel takes to draw much, beside a plain table of the same rows, in turns on one page
// in Chromium, with React as Grafana runs it. Prints a table; the figure is the median over the rounds but for the first, which warms up.
import { launchChromium, openHarness } from './browser.js';
import { RUNTIMES } from './runtimes.js';

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const BAR_MILLISECONDS = 100;
const SIZES = [
  ['features', '50 features x 20 bins'],
  ['models', '200 models'],
] as const;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

console.log('| packages | what | panel ms | table ms | panel to table | below 100 ms |\n|---|---|---:|---:|---:|---|');
const browser = await launchChromium();
try {
  for (const runtime of RUNTIMES) {
    const harness = await openHarness(browser, runtime, undefined, 'production');
    for (const [size, what] of SIZES) {
      const { panel, table } = await harness.call('race', size, ROUNDS + 1);
      const [own, rival] = [median(panel.slice(1)), median(table.slice(1))];
      const cells = [
        runtime.name,
        what,
        own.toFixed(1),
        rival.toFixed(1),
        `${(own / rival).toFixed(2)} x`,
        own < BAR_MILLISECONDS ? 'yes' : 'no',
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
    await harness.close();
  }
} finally {
  await browser.close();
}
