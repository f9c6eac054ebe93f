// docs/reliability.md: what is promised, which test shows it, and what the last full run found.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'exporter', 'reliability');
const PAGE = path.join(root, 'docs', 'reliability.md');

/** The tests by their promises, in order, each with its sentence as it stands in the file. */
export function promises() {
  const files = readdirSync(folder).filter((name) => /^p\d\d-.+\.test\.ts$/.test(name));
  return files.sort().map((name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const [, id, , sentence] = /promise\(\s*'(P\d+)',\s*(['`])(.+?)\2,/s.exec(text) ?? [];
    if (id === undefined) throw new Error(`${name} makes no promise`);
    // A number that depends on how long the run is stands in the table below.
    return {
      id,
      name,
      sentence: sentence.replace(/\$\{FULL \? (\S+) : \S+\}/g, '$1').replace(/\$\{(\w+)\}/g, (_, of) => numberIn(text, of)),
    };
  });
}

/** What a constant of a test is at full length. */
function numberIn(text, name) {
  return new RegExp(`const ${name} = (?:FULL \\? )?([\\d_]+)`).exec(text)?.[1].replaceAll('_', ',') ?? name;
}

const COLUMNS = ['promise', 'what was looked at', 'bar', 'found', 'kept', 'day'];

const cell = (text) => String(text).replaceAll('|', '\\|');
const lineOf = (cells) => `| ${cells.join(' | ')} |`;

/** Cells of a row a finding. */
export const rowsOf = (findings, day) =>
  findings.map(({ id, what, bar, found, held }) => [...[id, what, bar, found].map(cell), held ? 'yes' : 'no', day]);

export const tableOf = (rows) => [lineOf(COLUMNS), `|${COLUMNS.map(() => '---').join('|')}|`, ...rows.map(lineOf)].join('\n');

/** Rows of the page, but for those of some promises. */
function rowsKept(text, ids) {
  const rows = text.split('\n').filter((line) => /^\| (P\d+|registry) +\|/.test(line));
  const cells = rows.map((line) => line.split(/(?<!\\)\|/).slice(1, -1)).map((row) => row.map((part) => part.trim()));
  return cells.filter(([id]) => !ids.includes(id));
}

const numberOf = (id) => Number(/^P(\d+)$/.exec(id)?.[1] ?? Infinity);

const FOUND = '## What full runs found';

/** The half of the page on what was found, with the rows of this run in place of those of the same promises. */
function foundOf({ rows, about }, before) {
  const ids = [...new Set(rows.map(([id]) => id))];
  const all = [...rowsKept(before, ids), ...rows].sort(([a], [b]) => numberOf(a) - numberOf(b));
  const kept = all.filter((row) => row[4] === 'yes').length;
  return `${about} ${kept} of ${all.length} findings are within their bars.\n\n${tableOf(all)}\n`;
}

/** Writes the page: the promises as they stand in the tests, and what was found; without a run what stands there already. */
export function writePage(run) {
  const before = (existsSync(PAGE) ? readFileSync(PAGE, 'utf8').split(`${FOUND}\n\n`)[1] : undefined) ?? '';
  const found = run === undefined ? before : foundOf(run, before);
  const listed = promises().map(({ id, name, sentence }) => `| ${id} | ${sentence} | [${name}](../exporter/reliability/${name}) |`);
  writeFileSync(
    PAGE,
    `# Reliability

Each promise is a test of its name. \`npm test\` runs it in seconds and judges counts alone; \`npm run reliability\` runs it at the length it is given at and
judges times too, taken in turns with the same without what is looked at, so that a busy machine is busy for both. This page is written by
\`npm run reliability -- --write\`, of some promises by \`npm run reliability -- p05 p20 --write\`, and its first table alone by \`node .ci/reliability-page.mjs\`.

| promise | what is promised | test |
|---|---|---|
${listed.join('\n')}

## What is not within its bar, and why

All counts are. Of the times, those that stand below with "no" were taken with client, sidecar, its children and what disturbs it on two cores.

- **P1, a challenger that aborts.** Node's \`spawn\` returns once the child has begun, and until then the loop is held: 5 to 20 ms for \`/bin/true\` from a process of 100 MB on this machine. A challenger that
  dies of every request is started after 0, 0.1, 0.2, 0.4 s and so on up to 10 s, so that the champion's p99 shows it for the first seconds and no longer.
- **P4 and P6.** One more process between client and upstream, and three times what the machine can serve, are waits for a processor: in P6 the sidecar's thread runs 0.3 ms a request, and waits for the rest.
- **P21, the loop held.** The gauge of the sidecar has that wait in it. A probe beside it tells both apart: the longest turns of the loop ran 13 to 20 ms themselves; what is beyond that is the wait.

${FOUND}

${found}`,
  );
  spawnSync(process.execPath, [path.join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', PAGE]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePage();
