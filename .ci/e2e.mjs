// Playwright's specs against a real Grafana (12.3 or 13) with both plugins and the boards of provisioning/grafana: GRAFANA_URL names it, and
// GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD an administrator unless it is admin with the password admin. Without GRAFANA_URL nothing is run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
if (!process.env.GRAFANA_URL) {
  console.log('Not run: GRAFANA_URL names no Grafana. For one on this machine: GRAFANA_URL=http://localhost:3000 npm run e2e');
  process.exit(0);
}
const playwright = path.join(root, 'node_modules', '@playwright', 'test', 'cli.js');
if (!existsSync(playwright)) {
  console.error('modelwatch: Playwright is not installed: node .ci/ready.mjs --test brings it.');
  process.exit(1);
}
const options = { cwd: path.join(root, 'panel-plugin'), stdio: 'inherit' };
process.exit(spawnSync(process.execPath, [playwright, 'test', ...process.argv.slice(2)], options).status ?? 1);
