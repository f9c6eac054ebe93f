import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from '@playwright/test';
import { existsSync } from 'node:fs';
import { CHROMIUM, type HarnessPage, launchChromium, openHarness } from './browser.js';
import type { CaseId } from './page-api.js';
import { RUNTIMES } from './runtimes.js';

const SIZES = [
  { width: 240, height: 160 },
  { width: 600, height: 400 },
  { width: 1200, height: 700 },
];
const MIDDLE = SIZES[1]!;
const THEMES = ['light', 'dark'] as const;

const withChromium = existsSync(CHROMIUM) ? describe : describe.skip;

withChromium.each(RUNTIMES)('the gallery, drawn in Chromium by the panel as it is built, on $name', (runtime) => {
  let browser: Browser;
  let harness: HarnessPage;
  let cases: readonly CaseId[];

  beforeAll(async () => {
    browser = await launchChromium();
    harness = await openHarness(browser, runtime);
    cases = await harness.call('cases');
  });
  afterAll(async () => {
    await harness?.close();
    await browser?.close();
  });

  it('loads both plugins as Grafana does', async () => {
    expect(await harness.call('load', 'modelwatch-panel')).toEqual(['plugin']);
    expect(await harness.call('load', 'modelwatch-datasource')).toEqual(['plugin']);
    expect(harness.complaints()).toEqual([]);
  });

  it('draws each case in both themes and three sizes: something, nothing beyond the panel, and without a word on the console', async () => {
    const faults: string[] = [];
    for (const id of cases) {
      for (const theme of THEMES) {
        for (const size of SIZES) {
          const { marks, beyondX, beyondY } = await harness.call('showCase', id, { theme, ...size });
          const found = [
            ...(marks === 0 ? ['nothing is drawn'] : []),
            ...(beyondX > 0 || beyondY > 0 ? [`${beyondX} and ${beyondY} pixels beyond the panel`] : []),
            ...harness.complaints(),
          ];
          faults.push(...found.map((fault) => `${id.view}/${id.name}, ${theme}, ${size.width}x${size.height}: ${fault}`));
        }
      }
    }
    expect(cases.length).toBeGreaterThan(30);
    expect(faults).toEqual([]);
  });

  it('has no barrier that axe calls serious', async () => {
    const faults: string[] = [];
    // The other cases are made of the same elements. Both Reacts make the same document, so the second shows the usual cases alone.
    const names = runtime.name === 'react-18' ? ['usual', 'empty', 'insufficient', 'hostile'] : ['usual'];
    const looked = cases.filter(({ name }) => names.includes(name));
    for (const id of looked) {
      for (const theme of id.name === 'usual' ? THEMES : (['dark'] as const)) {
        await harness.call('showCase', id, { theme, ...MIDDLE });
        faults.push(...(await harness.barriers()).map((barrier) => `${id.view}/${id.name}, ${theme}: ${barrier}`));
      }
    }
    expect(looked.length).toBeGreaterThan(3);
    expect(faults).toEqual([]);
  });
});
