import { describe, expect, it } from '@jest/globals';
import { fail, succeed } from '../errors.js';
import type { TensorMetadata } from '../models/open-inference/index.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import type { Scorer } from '../models/scorer.js';
import { createErrorEstimator, errorModelFault } from './error-estimator.js';
import { createFeatureReader, createOutputReader } from './feature-reader.js';

const input = (name: string, datatype: TensorMetadata['datatype'] = 'FP32'): TensorMetadata => ({ name, datatype, shape: [-1, 1] });
const column = (name: string, values: readonly number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape: [values.length, 1],
  data: Float32Array.from(values),
});
const answered = { id: 'a', inputs: [column('x', [1, 2, 3])], outputs: [column('y', [10, 20, 30])], headerSlices: undefined };

function estimatorOf(score: Scorer['score'], inFlightMax = 1) {
  return createErrorEstimator({
    config: { predictionInput: 'prediction', share: 1, inFlightMax, inFlightBytesMax: 1e6 } as Parameters<
      typeof createErrorEstimator
    >[0]['config'],
    watched: {
      features: createFeatureReader({ features: [], inputs: undefined, sliceFeatures: [] }),
      output: createOutputReader(undefined, undefined),
    },
    scorer: () => ({ inputs: [input('x'), input('prediction')], outputs: [input('absolute_error')], score }),
    onFault(fault) {
      throw fault;
    },
  });
}

describe('an error estimator', () => {
  it('gives features and predictions to the error model, clamps errors below 0, and counts those that are no numbers as missing', () => {
    const estimator = estimatorOf(({ inputs }, done) => {
      expect(inputs.map(({ name, data }) => [name, [...(data as Float32Array)]])).toEqual([
        ['x', [1, 2, 3]],
        ['prediction', [10, 20, 30]],
      ]);
      done(succeed({ modelName: 'e', outputs: [column('absolute_error', [4, -1, NaN])] } as never));
    });
    estimator.offer(answered);
    expect(estimator.errors.toJSON()).toEqual({ count: 2, absolute: 4, squared: 0, clamped: 1, missing: 1 });
    expect([estimator.sent, estimator.inFlight, estimator.outcomes.scored]).toEqual([1, 0, 1]);
  });

  it('drops what finds no room, and counts what is late, broken or of another number of rows', () => {
    const waiting: Parameters<Scorer['score']>[1][] = [];
    const estimator = estimatorOf((_, done) => waiting.push(done), 3);
    for (let i = 0; i < 4; i++) estimator.offer(answered);
    expect([estimator.sent, estimator.inFlight, estimator.outcomes.dropped]).toEqual([4, 3, 1]);
    // Three rows of a feature and of the prediction in FP32, three times.
    expect(estimator.inFlightBytes).toBe(3 * 3 * 2 * 4);
    waiting[0]!(fail('deadline_exceeded', 'late'));
    waiting[1]!(fail('model_failed' as never, 'broken'));
    waiting[2]!(succeed({ outputs: [column('absolute_error', [1, 2])] } as never));
    const { timed_out, failed, scored, skipped, dropped } = estimator.outcomes;
    expect(timed_out).toBe(1);
    expect(scored).toBe(0);
    expect(timed_out + failed + scored + skipped + dropped).toBe(estimator.sent);
    expect([estimator.inFlight, estimator.inFlightBytes, estimator.errors.count]).toEqual([0, 0, 0]);
  });
});

describe('a loaded file', () => {
  const outputs = [input('absolute_error')];
  it.each([
    ['fits', { inputs: [input('x'), input('prediction', 'FP64')], outputs }, undefined],
    ['lacks its outputs', { inputs: [input('x')], outputs: [input('variable')] }, 'neither an output absolute_error'],
    ['wants something else', { inputs: [input('z')], outputs }, "its input z is none of the champion's"],
    ['wants another datatype', { inputs: [input('x', 'INT64')], outputs }, "its input x is INT64, and the champion's is FP32"],
    ['wants predictions as text', { inputs: [input('prediction', 'BYTES')], outputs }, 'must be FP32 or FP64, not BYTES'],
  ])('that %s', (_, loaded, message) => {
    const found = errorModelFault(loaded, [input('x')], 'prediction');
    expect(found).toEqual(message === undefined ? undefined : expect.stringContaining(message));
  });
});
