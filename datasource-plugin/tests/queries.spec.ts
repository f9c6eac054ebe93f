import { expect, test } from '@grafana/plugin-e2e';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Grafana exchanges the token of a session after ten minutes, and a run on a busy machine is longer than that.
test.beforeEach(async ({ page, request }) => {
  const data = { user: process.env.GRAFANA_ADMIN_USER ?? 'admin', password: process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin' };
  for (const caller of [page.request, request]) {
    expect((await caller.post('/login', { data })).status()).toBe(200);
  }
});

/** Every kind by the name that it is saved under, as the table of the plugin's source lists them. */
const [, TABLE = ''] = /QUERY_KINDS[^{]*\{([^}]*)\}/.exec(readFileSync(join(__dirname, '..', 'src', 'queries', 'index.ts'), 'utf8')) ?? [];
const KINDS = [...TABLE.matchAll(/^ {2}(\w+),/gm)].map(([, name]) => name);
/** Asks the linked Prometheus in place of the exporter. */
const OF_PROMETHEUS = ['slo'];
/** Needs more than the scope `read`, which is what Grafana's token should have. */
const REFUSED = ['samples'];

interface Named {
  readonly uid: string;
  readonly type: string;
}

async function sourceOf(get: (route: string) => Promise<{ json(): Promise<Named[]> }>): Promise<Named> {
  const sources = await (await get('/api/datasources')).json();
  const found = sources.find(({ type }) => type === 'modelwatch-datasource');
  if (!found) {
    throw new Error('this Grafana has no data source of the type modelwatch-datasource');
  }
  return found;
}

test('the data source is healthy', async ({ request, gotoDataSourceConfigPage, page }) => {
  const { uid } = await sourceOf((route) => request.get(route));
  await gotoDataSourceConfigPage(uid);
  await page.getByRole('button', { name: /^(Save & test|Test)$/ }).click();
  await expect(page.getByText(/Exporter .* answers and watches \d+ models?/)).toBeVisible();
});

for (const queryType of KINDS.filter((kind) => !REFUSED.includes(kind))) {
  test(`Explore answers ${queryType}`, async ({ request, page }) => {
    const { uid, type } = await sourceOf((route) => request.get(route));
    const proxied = `/api/datasources/proxy/uid/${uid}/v1`;
    const about: unknown = await (await request.get(`${proxied}/models`)).json();
    const { models } = about as {
      readonly models: ReadonlyArray<{ name: string; slices: string[]; challengers: Array<{ version: string }> }>;
    };
    // The model that there is most to tell of.
    const model = models.find(({ challengers, slices }) => challengers.length > 0 && slices.length > 0) ?? models[0];
    const query = {
      refId: 'A',
      datasource: { type, uid },
      schemaVersion: 2,
      queryType,
      model: model?.name,
      slice: model?.slices[0],
      challenger: model?.challengers[0]?.version,
    };
    const panes = JSON.stringify({ mw: { datasource: uid, queries: [query], range: { from: 'now-6h', to: 'now' } } });
    const isAnswer = OF_PROMETHEUS.includes(queryType)
      ? (url: string) => url.includes('/api/ds/query')
      : (url: string) => url.includes(`${proxied}/`) && !url.endsWith('/v1/models');
    const answered = page.waitForResponse((response) => isAnswer(response.url()), { timeout: 20_000 });
    await page.goto(`/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(panes)}`);
    if (queryType !== 'models') {
      expect((await answered).status()).toBe(200);
    } else {
      answered.catch(() => undefined);
    }
    await expect(page.getByText(/Query error|Unexpected error|Could not load plugin/)).toHaveCount(0);
  });
}
