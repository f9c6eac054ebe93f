import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLoad } from './load.js';
import { memory, memoryReport } from './memory-case.js';
import { writeBaseline } from './modelwatch-setup.js';
import { readOptions, USAGE, type BenchOptions, type Case } from './options.js';
import { page, readMachine, type Section } from './page.js';
import { proxying, proxyReport } from './proxy-case.js';
import { scrapeReport, scraping } from './scrape-case.js';
import { serving, servingReport } from './serving-case.js';
import { watching, watchingReport } from './watching-case.js';

type Run = (folder: string, options: BenchOptions) => Promise<Section>;

const RUNS: Readonly<Record<Case, Run>> = {
  serving: async (folder, options) => ({
    title: 'Serving',
    about:
      'Gradient boosting with 30 features (100 trees of depth 3), one row a request, v2 JSON. Modelwatch watches drift of all features and the\n' +
      'output and two slices, and keeps every prediction on disk for the join. To reach: 0.80 x the bare server with a scorer child at 16 and 64\n' +
      'connections, 20 x MLServer, and at one connection a p50 at most 0.100 ms above the bare server.',
    body: servingReport(await serving(folder, await createLoad(folder), options.serving.connections, options.serving)),
  }),
  watching: async (folder, options) => ({
    title: 'Watching',
    about:
      'The same model served by Modelwatch without a baseline and with a watch queue that takes one request; with everything watched as above; and with a\n' +
      'challenger that scores a copy of every request and explanations at their default budget besides. To reach: 0.70 x the unwatched one.',
    body: watchingReport(await watching(folder, await createLoad(folder), options.watching.connections, options.watching)),
  }),
  proxy: async (folder, options) => ({
    title: 'Proxy',
    about:
      'A bare `node:http` server with the model inside, direct and through Modelwatch, which watches the same. To reach: p50 at most 0.150 ms above going direct.',
    body: proxyReport(await proxying(folder, await createLoad(folder), options.proxy.connections, options.proxy)),
  }),
  scrape: async () => ({
    title: 'Scrape',
    about:
      'GET /metrics of one model with as many features as make 50,000 series, compressed. To reach: 250 ms, the event loop held at most 20 ms.',
    body: scrapeReport(await scraping()),
  }),
  memory: async (folder, options) => ({
    title: 'Memory',
    about:
      "The flights example at rest, children included, with the image's settings of malloc, after so many minutes' worth of its replay" +
      `${options.memory.haste === 1 ? '' : `, sent ${options.memory.haste} times faster`}. To reach: 200 MB, and after an hour within 5 % of the first minute.`,
    body: memoryReport(await memory(folder, options.memory)),
  }),
};

async function bench(options: BenchOptions, args: readonly string[]): Promise<void> {
  const machine = readMachine();
  const folder = await mkdtemp(path.join(tmpdir(), 'modelwatch-bench-'));
  const sections: Section[] = [];
  try {
    await writeBaseline(folder);
    for (const name of options.cases) {
      process.stderr.write(`${name} ...\n`);
      sections.push(await RUNS[name](folder, options));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const text = page(machine, ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' '), options.date, sections);
  process.stdout.write(text);
  if (options.write !== undefined) await writeFile(options.write, text);
}

function optionsOrUsage(args: readonly string[]): BenchOptions | undefined {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n${USAGE}`);
    return undefined;
  }
}

const args = process.argv.slice(2);
const options = optionsOrUsage(args);
if (options === undefined) process.exitCode = 2;
else await bench(options, args);
