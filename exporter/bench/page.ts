import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** What the figures came from. Read before the first run, while the machine is as the benchmark finds it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly wrk: string;
  /** Processes that wanted to run over the last minute: above 0, the figures are of a machine that does other work too. */
  readonly load: number;
}

export function readMachine(): Machine {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model.trim() ?? 'unknown processor',
    cores: cpus.length,
    memoryGigabytes: Math.round(os.totalmem() / 1_073_741_824),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    wrk: wrkVersion(),
    load: os.loadavg()[0] ?? 0,
  };
}

function wrkVersion(): string {
  try {
    return execFileSync('wrk', ['-v'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // It prints its version and exits with 1.
    const { stdout } = error as { readonly stdout?: string };
    return /^wrk \S+ ?\S*/.exec(stdout ?? '')?.[0] ?? 'no wrk';
  }
}

export interface Section {
  readonly title: string;
  /** What was compared, and what it should reach. */
  readonly about: string;
  readonly body: string;
}

/** The page of the benchmark's figures. */
export function page(machine: Machine, command: string, date: string | undefined, sections: readonly Section[]): string {
  const { processor, cores, memoryGigabytes, system, node, wrk, load } = machine;
  return [
    '# Benchmarks',
    '',
    `Measured${date === undefined ? '' : ` on ${date}`} by \`${command}\`, servers and load on one machine: ${processor}, ${cores} cores, ${memoryGigabytes} GB,`,
    `${system}, Node.js ${node}, ${wrk}. Load average before the start: ${load.toFixed(2)}.`,
    '',
    'Runs are interleaved, A B A B; a figure is the median over the rounds, a ratio or a difference the median over the pairs of a round. wrk is',
    'needed. MLServer takes part where MODELWATCH_BENCH_MLSERVER names a virtual environment with `exporter/bench/rivals/mlserver/requirements.txt`.',
    ...sections.flatMap(({ title, about, body }) => ['', `## ${title}`, '', about, '', body]),
    '',
  ].join('\n');
}
