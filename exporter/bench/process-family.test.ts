import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { cpuSecondsOf, familyOf, memoryOf } from './process-family.js';

/** A process that starts another, which works for a while, says so, and waits. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: ['pipe', 'inherit', 'inherit'] });
process.stdin.on('end', () => child.kill()).resume();
`;
const CHILD = `
while (process.cpuUsage().user < 300_000);
console.log(process.pid);
process.stdin.resume();
`;

describe('the family of a process', () => {
  it('is it and what it started, with the CPU time and memory of both', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT, CHILD], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      expect(await familyOf(parent.pid!)).toEqual([parent.pid!, Number(line)]);
      if (process.platform === 'linux') expect(await cpuSecondsOf(parent.pid!)).toBeGreaterThanOrEqual(0.3);
      const { resident, proportional } = await memoryOf(parent.pid!);
      expect(resident).toBeGreaterThan(10_000_000);
      // Two processes of one program share its pages.
      if (proportional !== undefined) expect(proportional).toBeLessThan(resident);
    } finally {
      parent.stdin.end();
      await once(parent, 'exit');
    }
  });
});
