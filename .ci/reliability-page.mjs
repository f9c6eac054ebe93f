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

export function tableOf(findings) {
  const cell = (text) => String(text).replaceAll('|', '\\|');
  const rows = findings.map(
    ({ id, what, bar, found, held }) => `| ${[id, what, bar, found].map(cell).join(' | ')} | ${held ? 'yes' : 'no'} |`,
  );
  return ['| promise | what was looked at | bar | found | kept |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What a full run found, as the second half of the page. */
export function foundOf(findings, run) {
  const kept = findings.filter(({ held }) => held).length;
  return `${run} ${kept} of ${findings.length} findings are within their bars.\n\n${tableOf(findings)}\n`;
}

const FOUND = '## What a full run found';

/** Writes the page: the promises as they stand in the tests, and what was found, or what stands there already. */
export function writePage(found) {
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8').split(`${FOUND}\n\n`)[1] : undefined;
  const listed = promises().map(({ id, name, sentence }) => `| ${id} | ${sentence} | [${name}](../exporter/reliability/${name}) |`);
  writeFileSync(
    PAGE,
    `# Reliability

Each promise is a test of its name. \`npm test\` runs it in seconds and judges counts alone; \`npm run reliability\` runs it at the length it is given at and
judges times too, taken in turns with the same without what is looked at, so that a busy machine is busy for both. This page is written by
\`npm run reliability -- --write\`, and its first table alone by \`node .ci/reliability-page.mjs\`.

| promise | what is promised | test |
|---|---|---|
${listed.join('\n')}

${FOUND}

${found ?? before ?? 'No full run has been written down yet.\n'}`,
  );
  spawnSync(process.execPath, [path.join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', PAGE]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePage();
