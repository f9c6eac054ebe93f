import { expect, test } from '@grafana/plugin-e2e';
import { request as requests } from '@playwright/test';

// Grafana exchanges the token of a session after ten minutes, and a run on a busy machine is longer than that.
test.beforeEach(async ({ page, request }) => {
  const data = { user: process.env.GRAFANA_ADMIN_USER ?? 'admin', password: process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin' };
  for (const caller of [page.request, request]) {
    expect((await caller.post('/login', { data })).status()).toBe(200);
  }
});

const TYPE = 'modelwatch-datasource';
const VIEWER = { login: 'modelwatch-e2e-viewer', name: 'Viewer', email: 'viewer@example.invalid', password: 'looks-at-boards-alone' };
/** What changes something at the exporter, by method and path. */
const MUTATIONS = [
  ['POST', 'v1/registry/promotions'],
  ['POST', 'v1/registry/versions'],
  ['POST', 'v1/events'],
  ['POST', 'v1/ground-truth'],
  ['POST', 'v1/alerts'],
  ['PUT', 'v1/registry/versions'],
  ['DELETE', 'v1/registry/versions'],
] as const;

test('a viewer changes nothing through the proxy: a GET cannot, and another method has no token', async ({ request, baseURL }) => {
  const sources: ReadonlyArray<{ uid: string; type: string }> = await (await request.get('/api/datasources')).json();
  const { uid } = sources.find(({ type }) => type === TYPE)!;
  const made = await request.post('/api/admin/users', { data: VIEWER });
  const { id } = await made.json();
  const viewer = await requests.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  try {
    expect((await viewer.post('/login', { data: { user: VIEWER.login, password: VIEWER.password } })).status()).toBe(200);
    const proxied = `/api/datasources/proxy/uid/${uid}`;
    const stateOf = async () => {
      const answers = await Promise.all(['v1/registry/versions', 'v1/registry/promotions'].map((path) => viewer.get(`${proxied}/${path}`)));
      expect(answers.map((answer) => answer.status())).toEqual([200, 200]);
      return Promise.all(answers.map((answer) => answer.text()));
    };
    const before = await stateOf();
    for (const [method, path] of MUTATIONS) {
      const answer = await viewer.fetch(`${proxied}/${path}`, { method, data: { model: 'flights-late', version: '2' } });
      // Grafana makes a 400 of the exporter's 401, and 403 where an administrator let viewers not ask at all.
      expect([400, 403, 404, 405], `${method} ${path}`).toContain(answer.status());
      const said = await answer.text();
      expect(said, `${method} ${path}`).toMatch(/Authentication to data source failed|forbidden|not_found|method_not_allowed/i);
    }
    // Where the path is that of a mutation, a GET lists at the most.
    for (const path of new Set(MUTATIONS.map(([, path]) => path))) {
      await viewer.get(`${proxied}/${path}`);
    }
    expect(await stateOf()).toEqual(before);
  } finally {
    await viewer.dispose();
    await request.delete(`/api/admin/users/${id}`);
  }
});

for (const { name, url, token, words } of [
  { name: 'a wrong token', url: undefined, token: 'nonsense', words: /does not accept the token/ },
  { name: 'nobody there', url: 'http://127.0.0.1:1', token: 'nonsense', words: /cannot be reached from Grafana/ },
]) {
  test(`the check of the settings says in words what is wrong: ${name}`, async ({ request, gotoDataSourceConfigPage, page }) => {
    const sources: ReadonlyArray<{ url: string; type: string }> = await (await request.get('/api/datasources')).json();
    const { url: known } = sources.find(({ type }) => type === TYPE)!;
    const data = { name: `modelwatch e2e ${name}`, type: TYPE, access: 'proxy', url: url ?? known, secureJsonData: { apiToken: token } };
    const made: { datasource: { uid: string } } = await (await request.post('/api/datasources', { data })).json();
    try {
      await gotoDataSourceConfigPage(made.datasource.uid);
      await page.getByRole('button', { name: /^(Save & test|Test)$/ }).click();
      await expect(page.getByText(words)).toBeVisible();
    } finally {
      await request.delete(`/api/datasources/uid/${made.datasource.uid}`);
    }
  });
}
