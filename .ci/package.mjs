// Packs both Grafana plugins as the catalogue and `grafana cli` take them: dist/<id>-<version>.zip with one folder of the plugin's id. The same
// commit gives the same bytes: what webpack dates with the day of the build gets the day of the commit, or of SOURCE_DATE_EPOCH.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zip } from './zip.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [out = path.join(root, 'dist')] = process.argv.slice(2);

function dayOfChange() {
  const seconds = process.env.SOURCE_DATE_EPOCH ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}

function packed(plugin) {
  const dist = path.join(root, plugin, 'dist');
  const description = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  description.info.updated = dayOfChange();
  const files = new Map();
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = [description.id, ...path.relative(dist, file).split(path.sep)].join('/');
    files.set(name, name === `${description.id}/plugin.json` ? Buffer.from(JSON.stringify(description, null, 2)) : readFileSync(file));
  }
  return { name: `${description.id}-${description.info.version}.zip`, bytes: zip(files) };
}

mkdirSync(out, { recursive: true });
for (const plugin of ['datasource-plugin', 'panel-plugin']) {
  const { name, bytes } = packed(plugin);
  writeFileSync(path.join(out, name), bytes);
  console.log(
    `${path.relative(process.cwd(), path.join(out, name))}  ${bytes.length} bytes  sha256 ${createHash('sha256').update(bytes).digest('hex')}`,
  );
}
