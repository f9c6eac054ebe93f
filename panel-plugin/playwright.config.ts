import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const auth = join(dirname(require.resolve('@grafana/plugin-e2e')), 'auth');
const CHROMIUM = '/usr/bin/chromium';

/** Both plugins in a real Grafana, run by `npm run e2e`. Playwright's own browser takes part where Debian's is not there. */
export default defineConfig<PluginOptions>({
  reporter: 'list',
  outputDir: 'node_modules/.cache/playwright/results',
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env.GRAFANA_URL,
    trace: 'retain-on-failure',
    launchOptions: existsSync(CHROMIUM) ? { executablePath: CHROMIUM, args: ['--no-sandbox'] } : {},
  },
  projects: [
    { name: 'auth', testDir: auth, testMatch: [/.*\.js/] },
    { name: 'panel', testDir: './tests', dependencies: ['auth'], use: { storageState: 'playwright/.auth/admin.json' } },
    {
      name: 'datasource',
      testDir: '../datasource-plugin/tests',
      dependencies: ['auth'],
      use: { storageState: 'playwright/.auth/admin.json' },
    },
  ],
});
