import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What Linux counts CPU time in, on every architecture that Node.js runs on. */
const TICKS_A_SECOND = 100;
const USER_TICKS = 13;
const SYSTEM_TICKS = 14;

/** A process and all its descendants, itself first. */
export async function familyOf(processId: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [pid: number, parent: number]);
  const family = new Set([processId]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of processes) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

/** CPU seconds of a process and its descendants so far; undefined where the system has no /proc. */
export async function cpuSecondsOf(processId: number): Promise<number | undefined> {
  let ticks = 0;
  for (const pid of await familyOf(processId)) {
    const stat = await readOptional(`/proc/${pid}/stat`);
    if (stat === undefined) return undefined;
    // The second field is the program's name in brackets, and may hold spaces.
    const fields = ['', '', ...stat.slice(stat.lastIndexOf(')') + 2).split(' ')];
    ticks += Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
  }
  return ticks / TICKS_A_SECOND;
}

export interface MemoryBytes {
  /** Resident: a page that two processes share, such as the program itself, counts for each. */
  readonly resident: number;
  /** Resident, a shared page counted once, in parts; undefined where the system does not tell. */
  readonly proportional: number | undefined;
}

/** Memory of one process. */
export async function memoryOf(processId: number): Promise<MemoryBytes> {
  const { stdout } = await promisify(execFile)('ps', ['-p', String(processId), '-o', 'rss=']);
  const proportional = /^Pss:\s+(\d+) kB$/m.exec((await readOptional(`/proc/${processId}/smaps_rollup`)) ?? '')?.[1];
  return { resident: Number(stdout) * 1024, proportional: proportional === undefined ? undefined : Number(proportional) * 1024 };
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
