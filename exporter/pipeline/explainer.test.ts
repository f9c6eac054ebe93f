import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { BaselineExplanations, ExplainerInconsistency } from '@modelwatch/core';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import type { InferRequest, InferResponse } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { createExplainer, EXPLAINED_REQUEST_ROWS_MAX } from './explainer.js';
import { createFeatureReader, createOutputReader } from './feature-reader.js';
import { createInputRows } from './input-rows.js';

const FEATURES = ['a', 'b'];
/** Exact over two background rows: 7 rows of one call, whose base is 3 where the output is a + 2 b. */
const EXPLANATIONS: BaselineExplanations = {
  seed: 1,
  rowsMax: 7,
  base: 3,
  background: [
    [1, 0],
    [1, 2],
  ],
  attributions: { count: 1, positive: [1, 1], negative: [0, 0], squared: [1, 1], missing: 0 },
  golden: {
    rows: [0, 1],
    values: [
      [1, 2],
      [0, -2.5],
    ],
  },
};
const GOLDEN_ROWS = {
  features: [
    [2, 2],
    [1, 0],
  ],
  toleranceAbsolute: 0.25,
};

type Answer = (result: Result<InferResponse>) => void;
interface Call {
  readonly request: InferRequest;
  readonly answer: Answer;
}

/** An explainer whose calls are answered by hand: by a model that gives a + 2 b, or by a failure. */
function explainerOf({ share = 1, queueRowsMax = 3, cpuSecondsEach = 0, loaded = true } = {}) {
  const calls: Call[] = [];
  const golden: ExplainerInconsistency[] = [];
  const faults: unknown[] = [];
  let cpuSeconds = 0;
  const inputs = [{ name: 'x', datatype: 'FP64' as const, shape: [-1, 2] }];
  const scorer = {
    inputs,
    outputs: [{ name: 'y', datatype: 'FP64', shape: [-1, 1] }],
    ready: true,
    score: (request: InferRequest, answer: Answer) => void calls.push({ request, answer }),
    stats: () => ({ cpuSeconds }),
  } as unknown as Scorer;
  const features = createFeatureReader({
    features: FEATURES.map((name) => ({ name, kind: 'numeric' })),
    inputs: undefined,
    sliceFeatures: [],
  });
  const rows = createInputRows(inputs, features)!;
  const explainer = createExplainer({
    share,
    cpuShareMax: 0.5,
    queueRowsMax,
    explanations: EXPLANATIONS,
    features: FEATURES,
    goldenRows: GOLDEN_ROWS,
    rows,
    background: EXPLANATIONS.background.map((row) => rows.ofBaseline(row)!),
    watched: { features, output: createOutputReader(undefined, undefined) },
    outputTensor: undefined,
    scorer: () => (loaded ? scorer : undefined),
    clock: { monotonicSeconds: () => 0, nowSeconds: () => 17 },
    onGolden: (inconsistency) => golden.push(inconsistency),
    onFault: (fault) => faults.push(fault),
  });
  const answer = async (as: ErrorCode | 'model' | 'nothing finite' = 'model') => {
    await turn();
    const { request, answer: give } = calls.shift()!;
    const data = request.inputs[0]!.data as Float64Array;
    cpuSeconds += cpuSecondsEach;
    const count = data.length / 2;
    const output = Float64Array.from({ length: count }, (_, i) => (as === 'model' ? data[2 * i]! + 2 * data[2 * i + 1]! : NaN));
    if (as === 'model' || as === 'nothing finite')
      give(succeed({ outputs: [{ name: 'y', datatype: 'FP64', shape: [count, 1], data: output }] }));
    else give(fail(as, 'why'));
    await turn();
  };
  const offer = (values: readonly (readonly [number, number])[], id = 'r', rowIds?: readonly string[]) => {
    explainer.offer({
      id,
      ...(rowIds && { rowIds }),
      inputs: [{ name: 'x', datatype: 'FP64', shape: [values.length, 2], data: Float64Array.from(values.flat()) }],
      outputs: [],
      headerSlices: undefined,
    });
  };
  const accounts = () => {
    const { sampled, inFlight, outcomes } = explainer.counts;
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, inFlight)).toBe(sampled);
    return { ...outcomes, inFlight };
  };
  return { explainer, calls, golden, faults, answer, offer, accounts };
}

describe('createExplainer', () => {
  it('explains one row after the other, and sums up values that sum to the output less the base', async () => {
    const { explainer, calls, answer, offer, accounts } = explainerOf();
    offer([
      [3, 5],
      [0, 1],
    ]);
    await turn();
    expect(calls).toHaveLength(1);
    await answer();
    expect(calls).toHaveLength(1);
    await answer();
    expect(accounts()).toMatchObject({ explained: 2, inFlight: 0 });
    expect(explainer.attributions.toJSON()).toMatchObject({ count: 2, positive: [2, 8], negative: [1, 0], squared: [5, 64] });
    expect(explainer.counts.rowsScored).toBe(14);
  });

  it('copies rows: what becomes of the request afterwards does not matter', async () => {
    const { explainer, answer } = explainerOf();
    const data = Float64Array.of(3, 5);
    explainer.offer({ id: 'r', inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 2], data }], outputs: [], headerSlices: undefined });
    data.fill(0);
    await answer();
    expect(explainer.attributions.mean(0)).toBe(2);
  });

  it('drops what finds no room, and skips what cannot be explained', async () => {
    const { explainer, answer, offer, accounts } = explainerOf({ queueRowsMax: 2 });
    offer([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(accounts()).toMatchObject({ dropped: 2, inFlight: 2 });
    await answer();
    explainer.offer({
      id: 'other',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) }],
      outputs: [],
      headerSlices: undefined,
    });
    await answer();
    expect(accounts()).toMatchObject({ explained: 2, dropped: 2, skipped: 1, inFlight: 0 });
  });

  it('skips everything before its child is loaded', () => {
    const { offer, accounts } = explainerOf({ loaded: false });
    offer([[1, 1]]);
    expect(accounts()).toMatchObject({ skipped: 1 });
  });

  it.each([
    ['deadline_exceeded', 'timed_out'],
    ['overloaded', 'dropped'],
    ['draining', 'dropped'],
    ['scorer_crashed', 'failed'],
    ['quarantined', 'failed'],
    ['output_too_large', 'failed'],
    ['model_refused', 'skipped'],
    ['nothing finite', 'failed'],
  ] as const)('takes %s for %s, and goes on', async (as, outcome) => {
    const { explainer, answer, offer, accounts } = explainerOf();
    offer([
      [1, 1],
      [2, 2],
    ]);
    await answer(as);
    await answer();
    expect(accounts()).toMatchObject({ [outcome]: 1, explained: 1 });
    expect(explainer.attributions.count).toBe(1);
  });

  it('chooses rows by their ids alone, those of their own before those of the request', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [i, i] as const);
    const sampled = (ids?: readonly string[], id = 'r') => {
      const { explainer, offer } = explainerOf({ share: 0.2 });
      offer(rows, id, ids);
      return explainer.counts.sampled;
    };
    expect(sampled()).toBeGreaterThan(40);
    expect(sampled()).toBeLessThan(120);
    expect(
      sampled(
        rows.map((_, i) => `r/${i}`),
        'another',
      ),
    ).toBe(sampled());
    expect([0, 400]).toContain(sampled(rows.map(() => 'one')));
  });

  it('looks at no more rows of a request than it says', () => {
    const { explainer, offer } = explainerOf();
    offer(Array.from({ length: EXPLAINED_REQUEST_ROWS_MAX + 7 }, () => [1, 1] as const));
    expect(explainer.counts.sampled).toBe(EXPLAINED_REQUEST_ROWS_MAX);
  });

  it('stops for the next batch when its budget is used up, and drops what waits when it is closed', async () => {
    const { explainer, calls, answer, offer, accounts } = explainerOf({ cpuSecondsEach: 6 });
    offer([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    await answer();
    await turn();
    expect([calls.length, explainer.counts.cpuSeconds]).toEqual([0, 6]);
    await explainer.close();
    await explainer.close();
    expect(accounts()).toMatchObject({ explained: 1, dropped: 2, inFlight: 0 });
  });
});

describe('golden rows', () => {
  it('are explained again before predictions, and compared with what the baseline recorded', async () => {
    const { explainer, golden, answer, offer, accounts } = explainerOf();
    offer([[3, 5]]);
    explainer.replayGolden();
    await answer();
    expect(accounts()).toMatchObject({ explained: 1 });
    await answer();
    await answer();
    expect(golden).toEqual([
      { rows: 2, failures: 1, unexplained: 0, differenceMax: { kind: 'measured', value: 0.5 }, worst: { row: 1, feature: 1 } },
    ]);
    expect(explainer.golden).toEqual({ inconsistency: golden[0], timeSeconds: 17 });
    expect(explainer.attributions.count).toBe(1);
  });

  it('that cannot be explained are failures', async () => {
    const { explainer, golden, answer } = explainerOf();
    explainer.replayGolden();
    await answer('model_failed');
    await answer();
    expect(golden).toMatchObject([{ failures: 2, unexplained: 1 }]);
  });

  it.each(['overloaded', 'deadline_exceeded', 'scorer_crashed'] as const)(
    'are given up on %s, which says nothing of them',
    async (code) => {
      const { explainer, golden, calls, faults, answer } = explainerOf();
      explainer.replayGolden();
      await answer(code);
      expect([calls.length, golden, faults, explainer.golden]).toEqual([0, [], [], undefined]);
    },
  );
});
