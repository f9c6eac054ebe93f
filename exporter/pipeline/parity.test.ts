import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ParityConfig } from '@modelwatch/core';
import type { Tensor } from '../models/open-inference/tensor.js';
import { readLookup } from './feature-lookup.js';
import { isSampled } from './is-sampled.js';
import { createParity, spreadRows, type Lookup } from './parity.js';

// What a real Feast server answered, and the command that recorded it.
const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'testdata', 'feast-exchanges.json'), 'utf8')) as {
  readonly cases: readonly { readonly request: object; readonly answer: { readonly status: number; readonly body: string } }[];
};
/** Answers as the recorded server did to the same request, and to any other not at all. */
const recorded: Lookup = (body) => {
  const known = cases.find(({ request }) => JSON.stringify(request) === body);
  if (known === undefined) return Promise.reject(new Error('not recorded'));
  return Promise.resolve(known.answer.status === 200 ? known.answer.body : undefined);
};

const CONFIG: ParityConfig = {
  url: 'http://127.0.0.1:6566',
  entities: { origin: 'origin' },
  features: { temp: 'weather:temp', gusts: 'weather:gusts', sky: 'weather:sky' },
  share: 1,
  toleranceRelative: 1e-5,
  deadline: '1s',
  rowsMax: 64,
  inFlightMax: 2,
  breakerFailures: 3,
  breakerPause: '30s',
};

const texts = (name: string, ...data: string[]): Tensor => ({ name, datatype: 'BYTES', shape: [data.length], data });
const floats = (name: string, ...data: number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape: [data.length],
  data: Float32Array.from(data),
});
const whole = (name: string, ...data: number[]): Tensor => ({
  name,
  datatype: 'INT64',
  shape: [data.length],
  data: BigInt64Array.from(data.map(BigInt)),
});

function comparing(config: Partial<ParityConfig> = {}, lookup: Lookup = recorded) {
  let seconds = 0;
  const pending: Promise<unknown>[] = [];
  const faults: unknown[] = [];
  const parity = createParity({
    config: { ...CONFIG, ...config },
    findColumn: (tensor, _isOnly, feature) => (tensor.name === feature ? { column: 0, width: 1 } : undefined),
    baselineFeatures: ['temp', 'gusts', 'sky', 'origin'].map((name) => ({ name, kind: 'numeric' as const })),
    lookup(body, signal) {
      const answer = lookup(body, signal);
      pending.push(answer.catch(() => undefined));
      return answer;
    },
    monotonicSeconds: () => seconds,
    onFault: (fault) => faults.push(fault),
  });
  return {
    parity,
    faults,
    wait: (more: number) => (seconds += more),
    offer(...inputs: readonly Tensor[]) {
      parity.offer({ id: 'r', inputs });
    },
    async settled() {
      while (parity.inFlight > 0) {
        await Promise.all(pending);
        await new Promise(setImmediate);
      }
    },
    outcomes: () => Object.fromEntries(Object.entries(parity.outcomes).filter(([, count]) => count > 0)),
    values: () => Object.fromEntries(parity.values),
  };
}

const THREE = [
  texts('origin', 'EWR', 'LGA', 'ZZZ'),
  // 39.02 in 32 bits is 39.0200004: the same. LGA has no temperature there, but one here.
  floats('temp', 39.02, 5, 1),
  whole('gusts', 12, 8, 1),
  texts('sky', 'clear', 'fog', 'fog'),
];

describe('createParity', () => {
  it('counts by feature what matches, differs and is not known to the feature server, of what a real one answered', async () => {
    const { offer, settled, outcomes, values } = comparing();
    offer(...THREE);
    await settled();
    expect(outcomes()).toEqual({ compared: 1 });
    expect(values()).toEqual({
      temp: { matched: 1, mismatched: 1, missing_offline: 1 },
      gusts: { matched: 1, mismatched: 1, missing_offline: 1 },
      sky: { matched: 2, mismatched: 0, missing_offline: 1 },
    });
  });

  it('takes a value missing on both sides for a match, and a feature that the request has not for none', async () => {
    const { offer, settled, values } = comparing();
    offer(texts('origin', 'EWR', 'LGA', 'ZZZ'), floats('temp', NaN, NaN, NaN), texts('sky', 'clear', 'fog', 'fog'));
    await settled();
    expect(values()).toMatchObject({ temp: { matched: 1, mismatched: 1 }, gusts: { matched: 0, mismatched: 2 } });
  });

  it('skips a request without its join keys', () => {
    const { offer, outcomes } = comparing();
    offer(floats('temp', 1));
    offer(texts('origin', ''), floats('temp', 1));
    expect(outcomes()).toEqual({ skipped: 2 });
  });

  it('counts a reference that the server does not know as failed, and leaves it alone after some', async () => {
    const { offer, settled, outcomes, wait } = comparing({ features: { temp: 'weather:nope' } });
    for (let i = 0; i < 4; i++) {
      offer(texts('origin', 'EWR'), floats('temp', 1));
      await settled();
    }
    expect(outcomes()).toEqual({ failed: 3, circuit_open: 1 });
    wait(31);
    offer(texts('origin', 'EWR'), floats('temp', 1));
    await settled();
    expect(outcomes()).toEqual({ failed: 4, circuit_open: 1 });
  });

  it('drops what finds no room, and accounts for every sampled request', async () => {
    const waiting: ((text: string) => void)[] = [];
    const { parity, offer, settled, outcomes } = comparing({}, () => new Promise((resolve) => waiting.push(resolve)));
    for (let i = 0; i < 5; i++) offer(...THREE);
    expect([parity.inFlight, outcomes()]).toEqual([2, { dropped: 3 }]);
    for (const resolve of waiting) resolve(cases[0]!.answer.body);
    await settled();
    expect(outcomes()).toEqual({ compared: 2, dropped: 3 });
  });

  it('counts a look-up that the deadline has ended as timed out', async () => {
    const { offer, settled, outcomes } = comparing({ deadline: '1ms' }, (_body, signal) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    });
    offer(...THREE);
    await settled();
    expect(outcomes()).toEqual({ timed_out: 1 });
  });

  it('looks up the sampled share alone', () => {
    const { parity, outcomes } = comparing({ share: 0.1 }, () => Promise.resolve(undefined));
    for (let i = 0; i < 1000; i++) parity.offer({ id: `r${i}`, inputs: [] });
    expect(outcomes()['skipped']).toBeGreaterThan(60);
    expect(outcomes()['skipped']).toBeLessThan(140);
  });
});

describe('spreadRows', () => {
  it('takes all of few rows, and of many so many, ascending, none twice, each as likely as any other', () => {
    expect(spreadRows('a', 3, 64)).toEqual([0, 1, 2]);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 1000 }), (id, rows, rowsMax) => {
        const chosen = spreadRows(id, rows, rowsMax);
        expect(chosen).toHaveLength(Math.min(rows, rowsMax));
        expect(chosen.every((row, i) => row > (chosen[i - 1] ?? -1) && row < rows)).toBe(true);
      }),
    );
    const times = new Array<number>(40).fill(0);
    // 10,000 ids of which a request's sampling would have taken a hundredth, so that a hash shared with it would show.
    const ids = Array.from({ length: 1_000_000 }, (_, i) => `r${i}`).filter((id) => isSampled(id, 0.01));
    for (const id of ids) for (const row of spreadRows(id, 40, 4)) times[row]!++;
    const deviations = times.map((count) => (count - ids.length / 10) / Math.sqrt(ids.length * 0.09));
    expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(5);
  });
});

describe('readLookup', () => {
  it.each(['', 'null', '[]', '{}', '"x"', '{"metadata":{"feature_names":["temp"]},"results":[{"values":[1],"statuses":[]}]}'])(
    'knows no answer in %p',
    (text) => {
      expect(readLookup(text, 1)).toBeUndefined();
    },
  );
});
