import { describe, expect, it } from '@jest/globals';
import type { ModelConfig } from '@modelwatch/core';
import type { Tensor } from '../models/open-inference/tensor.js';
import { createOutputReader } from '../pipeline/feature-reader.js';
import { testClock } from '../store/conformance.js';
import type { SamplesConfig } from './mask.js';
import type { PendingSample } from './sample-keeper.js';
import { createSampler } from './sampler.js';

const samples: SamplesConfig = {
  ...{ failing: true, failingPerMinuteMax: 60, share: 1, rowsMax: 4, otherwise: 'keep', masks: {} },
};
const config = { name: 'm', champion: { version: '1' }, inputs: { x: ['a', 'b'] }, private: ['b'] } as unknown as ModelConfig;

/** What the keeper is given of a request with these inputs. */
function offered(...inputs: readonly Tensor[]): PendingSample {
  const taken: PendingSample[] = [];
  const keeper = { key: Buffer.alloc(32, 1), take: (pending: PendingSample) => void taken.push(pending) };
  const output = createOutputReader(undefined, undefined);
  const sampler = createSampler({ config, samples, baseline: undefined, output, keeper, clock: testClock() });
  const outputs: Tensor[] = [{ name: 'y', datatype: 'FP32', shape: [2], data: new Float32Array(2) }];
  sampler.offer({ id: '1', inputs, outputs, headerSlices: undefined });
  expect(taken).toHaveLength(1);
  return taken[0]!;
}

describe('the sampler', () => {
  it('tells what a request keeps in memory while it waits, so that the bytes of the queue are bounded', () => {
    const x: Tensor = { name: 'x', datatype: 'FP64', shape: [1000, 2], data: new Float64Array(2000) };
    const text: Tensor = { name: 'note', datatype: 'BYTES', shape: [2], data: ['abc', 'defgh'] };
    expect(offered(x, text).bytes).toBe(16_000 + 8 + 8);
  });

  it('keeps the configured features that are not private, and looks at no tensor of another name', () => {
    const x: Tensor = { name: 'x', datatype: 'FP64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
    expect(offered(x).make().inputs).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it.each(['constructor', 'toString', '__proto__'])('takes a tensor named %s for one that nobody knows', (name) => {
    const tensor: Tensor = { name, datatype: 'FP64', shape: [2], data: Float64Array.of(1, 2) };
    expect(offered(tensor).make()).toMatchObject({ rows: 2, inputs: [{}, {}] });
    expect(offered({ ...tensor, shape: [0], data: new Float64Array(0) }).make()).toMatchObject({ inputs: [] });
  });
});
