// Runs the promises at the length they are given at and prints what was found as a table. Takes long; `npm test` runs each in seconds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(path.join(tmpdir(), 'modelwatch-reliability-'));
const file = path.join(folder, 'findings.jsonl');
const test = fileURLToPath(new URL('./test.mjs', import.meta.url));
const result = spawnSync(process.execPath, [test, '--runInBand', 'exporter/reliability', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, MODELWATCH_RELIABILITY: file },
});
const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
console.log('\n| promise | what was looked at | bar | found | kept |\n|---|---|---|---|---|');
for (const { id, what, bar, found, held } of lines.map((line) => JSON.parse(line))) {
  console.log(`| ${id} | ${what} | ${bar} | ${found} | ${held ? 'yes' : 'no'} |`);
}
rmSync(folder, { recursive: true });
process.exit(result.status ?? 1);
