import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from '@playwright/test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHROMIUM, type HarnessPage, launchChromium, openHarness } from './browser.js';
import { differenceOf, WRITES } from './pictures.js';
import { RUNTIMES } from './runtimes.js';

/* The usual case of every view, as the documentation and the catalogue show it. `PICTURES_WRITE=1 npm test -- panel-plugin/harness/pictures`
   draws the pictures and the page anew. */

const ROOT = path.join(import.meta.dirname, '..', '..');
const OF_VIEWS = path.join(ROOT, 'panel-plugin', 'src', 'img', 'views');
const OF_SOURCE = path.join(ROOT, 'datasource-plugin', 'src', 'img');
const PAGE = path.join(ROOT, 'docs', 'gallery.md');
const SIZE = { width: 600, height: 400 };
const THEMES = ['dark', 'light'] as const;

const titled = (view: string) => view[0]!.toUpperCase() + view.slice(1).replaceAll('-', ' ');

const pageOf = (views: readonly string[]) => `# Gallery

The usual case of every view of the [panel](../panel-plugin/README.md), as the built plugin draws it in Chromium from
[the gallery's frames](../panel-plugin/src/gallery/cases.ts). A test compares these pictures with what is drawn on React 18 and React 19;
\`PICTURES_WRITE=1 npm test -- panel-plugin/harness/pictures\` draws them and writes this page.

${views
  .map((view) => {
    const pictures = THEMES.map((theme) => `![${titled(view)}, ${theme}](../panel-plugin/src/img/views/${view}-${theme}.png)`);
    return `## ${titled(view)}\n\n${pictures.join('\n')}\n`;
  })
  .join('\n')}`;

const withChromium = existsSync(CHROMIUM) ? describe : describe.skip;

withChromium('the pictures of the gallery', () => {
  let browser: Browser;
  let views: readonly string[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  describe.each(RUNTIMES)('on $name', (runtime) => {
    let harness: HarnessPage;
    beforeAll(async () => {
      harness = await openHarness(browser, runtime);
      views = (await harness.call('cases')).filter(({ name }) => name === 'usual').map(({ view }) => view);
    });
    afterAll(() => harness?.close());

    const picture = () => harness.page.locator('#panel').screenshot({ animations: 'disabled' });

    it('are alike those that are kept', async () => {
      const faults: string[] = [];
      for (const view of views) {
        for (const theme of THEMES) {
          await harness.call('showCase', { view, name: 'usual' }, { theme, ...SIZE });
          const difference = differenceOf(await picture(), path.join(OF_VIEWS, `${view}-${theme}.png`));
          faults.push(...(difference === undefined ? [] : [`${view}-${theme}.png ${difference}`]));
        }
      }
      expect(views.length).toBeGreaterThan(4);
      expect(faults).toEqual([]);
    });

    it('and that of a query is too', async () => {
      const query = { queryType: 'shadow', model: 'flights-late', challenger: '2', part: 'agreement' };
      await harness.call('showQueryEditor', query, { theme: 'dark', width: 900, height: 0 });
      expect(differenceOf(await picture(), path.join(OF_SOURCE, 'query.png'))).toBeUndefined();
    });
  });

  it('stand on their page', () => {
    const page = pageOf(views);
    if (WRITES) {
      writeFileSync(PAGE, page);
    }
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
