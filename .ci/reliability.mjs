// Runs the promises at the length they are given at and prints what was found as a table; `--write` puts it into docs/reliability.md. Takes about
// half an hour; `npm test` runs each in seconds. Further arguments name promises: `npm run reliability -- p05` runs one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowsOf, tableOf, writePage } from './reliability-page.mjs';

const args = process.argv.slice(2).filter((argument) => argument !== '--write');
const isWhole = args.length === 0;
const write = process.argv.includes('--write');

const PROMOTION_KILLS = 21;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(path.join(tmpdir(), 'modelwatch-reliability-'));
const file = path.join(folder, 'findings.jsonl');
const startedAt = new Date();
const load = loadavg()[0];

function jest(files, env = {}) {
  const test = path.join(root, '.ci', 'test.mjs');
  const options = { stdio: 'inherit', env: { ...process.env, MODELWATCH_RELIABILITY: file, ...env } };
  return spawnSync(process.execPath, [test, '--runInBand', ...files], options).status ?? 1;
}

let status = jest(isWhole ? ['exporter/reliability'] : args.map((argument) => `exporter/reliability/.*${argument}`));
const findings = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
if (isWhole) {
  const registry = jest(['exporter/contract/registry-crash.test.ts'], { PROMOTION_KILLS: String(PROMOTION_KILLS) });
  const what = `promotions killed with the process, ${PROMOTION_KILLS} times in the middle: ended once, either way`;
  findings.push({ id: 'registry', what, bar: 'each', found: registry === 0 ? 'each' : 'not each', held: registry === 0 });
  status ||= registry;
}
const day = startedAt.toISOString().slice(0, 10);
const rows = rowsOf(findings, day);
console.log(`\n${tableOf(rows)}`);
if (write) {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${release()}, Node.js ${process.version}`;
  writePage({ rows, about: `The last run, of ${day}, was on ${machine}; load average before the start ${load.toFixed(2)}.` });
}
rmSync(folder, { recursive: true });
process.exit(status);
