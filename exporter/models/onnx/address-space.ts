import { readFileSync } from 'node:fs';

/** The most address space this process has had, in bytes; undefined where the system does not tell: it is told on Linux. */
export function addressSpacePeakBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /^VmPeak:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
