import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { builtFile } from './built-file.js';

/**
 * A process of its own, because the heap of a test runner is never at rest. It prints what its heap has reserved, in bytes, and ends though
 * nothing stops the collecting.
 */
function heapAfter(work: string): { readonly burst: number; readonly rest: number } {
  const program = `
    import { collectAtRest } from ${JSON.stringify(pathToFileURL(builtFile(import.meta.url, './collect-at-rest.js')))};
    import { setTimeout as sleep } from 'node:timers/promises';
    import { getHeapStatistics } from 'node:v8';
    const heap = () => getHeapStatistics().total_heap_size;
    const stop = collectAtRest({ lookSeconds: 0.05, growthBytesMin: 1_048_576 });
    let held = Array.from({ length: 500_000 }, (_, i) => ({ i, text: 'row ' + i }));
    const burst = heap();
    held = undefined;
    ${work}
    console.log(JSON.stringify({ burst, rest: heap() }));
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-semi-space-size=4', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as { readonly burst: number; readonly rest: number };
}

test('a process at rest gives back what a burst has taken', () => {
  const { burst, rest } = heapAfter('while (heap() > burst / 2) await sleep(200);');
  expect(rest).toBeLessThan(burst / 2);
});

test('a busy one does not stop to collect', () => {
  const { burst, rest } = heapAfter(
    'for (let turn = 0; turn < 10; turn++) { const end = Date.now() + 100; while (Date.now() < end); await sleep(0); }',
  );
  expect(rest).toBeGreaterThan(burst / 2);
});

test('it stops when told, more than once', () => {
  const { burst, rest } = heapAfter('stop(); stop(); await sleep(1000);');
  expect(rest).toBeGreaterThan(burst / 2);
});
