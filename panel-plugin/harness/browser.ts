import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from '@playwright/test';
import type { PageApi } from './page-api.js';
import type { Mode, Runtime } from './runtimes.js';
import { startHarnessServer, type Answering } from './server.js';

/** What the console may say, each with its reason. Nothing of it is of our plugins. */
const ALLOWED: readonly { readonly says: RegExp; readonly because: string }[] = [
  {
    says: /Include named-register\.js for full named define support/,
    because: 'axe, which the test itself puts into the page, names itself to AMD',
  },
];

/** A page of the harness, and all that it complained of since it was asked last. */
export interface HarnessPage {
  readonly url: string;
  readonly page: Page;
  complaints(): readonly string[];
  /** Calls a member of the page's `window.harness`. */
  call<Name extends keyof PageApi>(name: Name, ...args: Parameters<PageApi[Name]>): Promise<Awaited<ReturnType<PageApi[Name]>>>;
  /** What axe finds serious or critical, a line each. */
  barriers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Where Debian's package puts it; `npm test` brings it where it may, and says loudly where it may not. */
export const CHROMIUM = '/usr/bin/chromium';

/** Text is drawn without the hints and the subpixels of one machine, so that pictures are the same on another. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb', '--disable-gpu'],
  });
}

export async function openHarness(browser: Browser, runtime: Runtime, answering?: Answering, mode?: Mode): Promise<HarnessPage> {
  const server = await startHarnessServer(runtime, answering, mode);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-US',
  });
  const page = await context.newPage();
  let heard: string[] = [];
  const hear = (text: string) => {
    if (!ALLOWED.some(({ says }) => says.test(text))) {
      heard.push(text);
    }
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      hear(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => hear(`uncaught: ${error.stack ?? error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) {
      hear(`${response.status()}: ${response.url()}`);
    }
  });
  await page.goto(server.url);
  // Not before the modules have run; waitForFunction would need `eval`, which the page's policy forbids.
  await page.waitForLoadState('load');
  return {
    url: server.url,
    page,
    complaints() {
      const all = heard;
      heard = [];
      return all;
    },
    call: (name, ...args) =>
      page.evaluate(
        ([member, given]) =>
          (globalThis as unknown as { harness: Record<string, (...values: readonly unknown[]) => never> }).harness[member]!(...given),
        [name, args] as const,
      ),
    async barriers() {
      const { violations } = await new AxeBuilder({ page }).include('#panel').analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html ?? ''} ${nodes[0]?.any[0]?.message ?? ''}`);
    },
    async close() {
      await context.close();
      await server.close();
    },
  };
}
