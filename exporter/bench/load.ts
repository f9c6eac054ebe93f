import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { seededRows } from './seeded-rows.js';

// wrk is the only driver: a generator in JavaScript takes several times the CPU for a request, which on a small machine it takes from the
// servers under test, and a run that the generator limits makes every ratio 1.

const run = promisify(execFile);

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Seconds: number;
  readonly p99Seconds: number;
  /** Answers that were no 2xx, and connections that broke. */
  readonly errors: number;
}

export interface LoadOptions {
  /** With the path. */
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export type Load = (options: LoadOptions) => Promise<LoadResult>;

const ROWS = 64;
const ID = '@run-00000000';

/** Requests differ as real ones do: a row out of 64, an id that no other request has, and two headers that are slices for who watches. */
const SCRIPT = `
local heads, tails, count = {}, {}, 0
local run
local regions = {"eu", "us", "asia"}
function init(args)
  run = args[2]
  for body in io.lines(args[1]) do
    local headers = {["Content-Type"] = "application/json", ["X-Tenant"] = "t" .. #heads % 8, ["X-Region"] = regions[#heads % 3 + 1]}
    local request = wrk.format("POST", nil, headers, body)
    local from, to = request:find("${ID}", 1, true)
    heads[#heads + 1] = request:sub(1, from - 1)
    tails[#tails + 1] = request:sub(to + 1)
  end
end
function request()
  count = count + 1
  local row = count % ${ROWS} + 1
  return heads[row] .. run .. string.format("-%08d", count) .. tails[row]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"micros":%d,"p50":%f,"p99":%f,"errors":%d}\\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Makes the driver; its files are written into `folder`. Throws where wrk is not installed. */
export async function createLoad(folder: string): Promise<Load> {
  await run('wrk', ['-v']).catch((error: { readonly code?: unknown }) => {
    // It prints its version and exits with 1.
    if (error.code === 'ENOENT') throw new Error('the benchmark needs wrk: apt-get install wrk, or brew install wrk');
  });
  const script = path.join(folder, 'load.lua');
  const bodies = path.join(folder, 'bodies.txt');
  await writeFile(script, SCRIPT);
  await writeFile(bodies, `${requestBodies().join('\n')}\n`);
  let runs = 0;
  return async ({ url, connections, seconds }) => {
    const id = (runs++).toString(36).padStart(4, '0');
    const { stdout } = await run(
      'wrk',
      ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', script, url, '--', bodies, id],
      { timeout: (seconds + 20) * 1000 },
    );
    return readResult(stdout);
  };
}

function requestBodies(): string[] {
  return seededRows(ROWS, 2).map((data) =>
    JSON.stringify({ id: ID, inputs: [{ name: 'features', datatype: 'FP32', shape: [1, data.length], data }] }),
  );
}

function readResult(stdout: string): LoadResult {
  const line = stdout.trimEnd().split('\n').at(-1)!;
  const { requests, micros, p50, p99, errors } = JSON.parse(line) as Readonly<Record<string, number>>;
  return { requestsPerSecond: (requests! / micros!) * 1e6, p50Seconds: p50! / 1e6, p99Seconds: p99! / 1e6, errors: errors! };
}
