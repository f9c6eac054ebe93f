import { expect, test } from '@grafana/plugin-e2e';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Grafana exchanges the token of a session after ten minutes, and a run on a busy machine is longer than that.
test.beforeEach(async ({ page, request }) => {
  const data = { user: process.env.GRAFANA_ADMIN_USER ?? 'admin', password: process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin' };
  for (const caller of [page.request, request]) {
    expect((await caller.post('/login', { data })).status()).toBe(200);
  }
});

const FOLDER = join(__dirname, '..', '..', 'provisioning', 'grafana', 'dashboards');

interface Board {
  readonly uid: string;
  readonly title: string;
  readonly panels: ReadonlyArray<{ readonly type: string; readonly title?: string }>;
  readonly annotations: { readonly list: ReadonlyArray<{ readonly name: string; readonly datasource: { readonly type?: string } }> };
}

const BOARDS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file): Board => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

for (const board of BOARDS) {
  test(`the board ${board.title} opens without an error, panel by panel`, async ({ gotoDashboardPage, page, selectors }) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    const dashboardPage = await gotoDashboardPage({ uid: board.uid });
    for (const { title } of board.panels.filter((panel) => panel.type !== 'row' && panel.title)) {
      const panel = dashboardPage.getPanelByTitle(title!);
      // From Grafana 13 on a panel is not on the page before it has been scrolled to.
      await panel.scrollIntoView();
      await expect(panel.locator, title).toBeVisible();
      await expect(panel.getErrorIcon(), title).not.toBeVisible();
    }
    await expect(dashboardPage.getByGrafanaSelector(selectors.components.Panels.Panel.status('error'))).toHaveCount(0);
    expect(faults).toEqual([]);
  });

  const events = board.annotations.list.filter(({ datasource }) => datasource.type === 'modelwatch-datasource');
  if (events.length > 0) {
    test(`the board ${board.title} asks for its annotations and gets them`, async ({ gotoDashboardPage, page }) => {
      const answered = page.waitForResponse((response) => /\/api\/datasources\/proxy\/.*\/v1\/events/.test(response.url()));
      await gotoDashboardPage({ uid: board.uid });
      expect((await answered).status()).toBe(200);
    });
  }
}
