import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../../contract/test-sidecar.js';

/** Version 1 of control groups, and version 2. */
const VERSIONS = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', events: 'memory.events' },
] as const;
let groups = 0;

/** Processes that may take so much memory together and no more; of Linux, and for those who may make one. */
export interface MemoryGroup {
  /** A command of a shell by which it joins, with all its children. */
  readonly join: string;
  /** Processes that the kernel has killed for want of memory. */
  killed(): Promise<number>;
  /** Once its processes have ended. */
  remove(): Promise<void>;
}

/** Undefined, with a word on stderr, where none can be made. */
export async function makeMemoryGroup(bytes: number): Promise<MemoryGroup | undefined> {
  for (const { root, limit, events } of VERSIONS) {
    const folder = path.join(root, `modelwatch-${process.pid}-${++groups}`);
    try {
      await mkdir(folder);
      if (!existsSync(path.join(folder, limit))) {
        await rmdir(folder);
        continue;
      }
      await writeFile(path.join(folder, limit), String(bytes));
      return {
        join: `echo $$ >${folder}/cgroup.procs`,
        async killed() {
          const text = await readFile(path.join(folder, events), 'utf8');
          return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
        },
        async remove() {
          // Children that were just killed leave it a moment later.
          await until(() =>
            rmdir(folder).then(
              () => true,
              () => false,
            ),
          );
        },
      };
    } catch {
      continue;
    }
  }
  console.warn('*** no control group can be made here: memory is measured and not limited ***');
  return undefined;
}
