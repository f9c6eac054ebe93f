import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChallengerConfig, ModelConfig, PredictionBatch } from '@modelwatch/core';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import type { InferResponse } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { createFeatureReader, createOutputReader } from './feature-reader.js';
import { createLabelGate } from './label-gate.js';
import { createShadow, SHADOW_ROWS_MAX, type Shadow } from './shadow.js';
import type { AnsweredRequest } from './watched-model.js';

type Done = (result: Result<InferResponse>) => void;

const MODEL = { name: 'm', output: { kind: 'probability', threshold: 0.5 } } as unknown as ModelConfig;
const CHALLENGER = { version: '2', share: 1, inFlightMax: 3, inFlightBytesMax: 1000, toleranceAbsolute: 0 } as unknown as ChallengerConfig;

const response = (outputs: readonly number[]): Result<InferResponse> =>
  succeed({ outputs: [{ name: 'y', datatype: 'FP64', shape: [outputs.length], data: Float64Array.from(outputs) }] });

function request(id: string, outputs: readonly number[], scoringSeconds?: number): AnsweredRequest {
  const inputs = [{ name: 'x', datatype: 'FP64', shape: [outputs.length], data: new Float64Array(outputs.length) }] as const;
  const scored = response(outputs);
  return {
    id,
    inputs,
    outputs: scored.ok ? scored.value.outputs : [],
    headerSlices: undefined,
    ...(scoringSeconds === undefined ? {} : { scoringSeconds }),
  };
}

/** A shadow of a scorer whose answers the test gives, in any order. */
function shadowOf(model = MODEL, challenger = CHALLENGER, gate = createLabelGate(1)) {
  const waiting: Done[] = [];
  const scored: number[] = [];
  const faults: unknown[] = [];
  const recorded: PredictionBatch[] = [];
  let seconds = 0;
  let isLoaded = true;
  const scorer = { outputs: [], score: (_request: unknown, done: Done) => waiting.push(done) } as unknown as Scorer;
  const shadow = createShadow({
    model,
    challenger,
    watched: {
      features: createFeatureReader({ features: [], inputs: undefined, sliceFeatures: ['x', undefined] }),
      output: createOutputReader(undefined, undefined),
      sliceHeaders: [undefined, 'x-tenant'],
      watch: { slices: ['x', 'tenant'].map((name) => ({ name, gate })) },
    },
    record: (batch) => recorded.push(batch),
    nowSeconds: () => 7,
    scorer: () => (isLoaded ? scorer : undefined),
    monotonicSeconds: () => seconds,
    onScored: (took) => scored.push(took),
    onFault: (fault) => faults.push(fault),
  });
  const answer = (result: Result<InferResponse>, took = 0) => {
    seconds += took;
    waiting.shift()!(result);
  };
  return { shadow, waiting, scored, faults, recorded, answer, unload: () => (isLoaded = false) };
}

const sum = ({ outcomes }: Shadow) => Object.values(outcomes).reduce((total, count) => total + count, 0);

describe('createShadow', () => {
  it('compares the outputs of all rows, and how long both took', () => {
    const { shadow, answer, scored } = shadowOf();
    shadow.offer(request('a', [0.9, 0.6, 0.1, NaN], 0.25));
    answer(response([0.8, 0.4, 0.7, 0.2]), 1);
    // both positive, champion only, challenger only; the champion gave nothing for the last.
    expect([...shadow.agreement.outcomes]).toEqual([1, 1, 1, 0]);
    expect(shadow.agreement.championMissing).toBe(1);
    expect(shadow.agreement.differences.over).toBeCloseTo(0.6, 12);
    expect(shadow.agreement.differences.under).toBeCloseTo(0.3, 12);
    expect([shadow.latency.champion, shadow.latency.challenger, scored]).toEqual([0.25, 1, [1]]);
  });

  it('hands on what it scored with the identity of each row, and compares by slice as the champion counts it', () => {
    const gate = createLabelGate(2);
    for (const value of ['1', 'acme']) gate.admit(value);
    const { shadow, answer, recorded } = shadowOf(MODEL, CHALLENGER, gate);
    const rows = [0, 1, 2].map((value) => value / 10);
    const inputs = [{ name: 'x', datatype: 'FP64', shape: [3], data: Float64Array.of(1, 2, NaN) }] as const;
    shadow.offer({ ...request('a', rows), inputs, headerSlices: [undefined, 'acme'] });
    answer(response([0.1, 0.9, 0.2]));
    expect(recorded).toMatchObject([{ version: '2', role: 'challenger', timeSeconds: 7, ids: ['a/0', 'a/1', 'a/2'] }]);
    expect([Array.from(recorded[0]!.outputs), recorded[0]!.slices]).toEqual([
      [0.1, 0.9, 0.2],
      [
        ['1', '2', undefined],
        ['acme', 'acme', 'acme'],
      ],
    ]);
    const counted = [...shadow.slices].map(([name, values]) => [name, [...values].map(([value, { outcomes }]) => [value, [...outcomes]])]);
    expect(counted).toEqual([
      [
        'x',
        [
          ['1', [0, 0, 0, 1]],
          ['__other__', [0, 0, 1, 0]],
        ],
      ],
      ['tenant', [['acme', [0, 0, 1, 2]]]],
    ]);
    expect(gate.folded).toBe(0);
    shadow.offer({ ...request('b', [0.1]), rowIds: ['own'] });
    answer(response([0.1]));
    expect(recorded[1]!.ids).toEqual(['own']);
  });

  it('reads classes at the threshold of each, and estimates by their tolerance', () => {
    const classes = shadowOf(MODEL, { ...CHALLENGER, threshold: 0.3 });
    classes.shadow.offer(request('a', [0.4]));
    classes.answer(response([0.4]));
    expect([...classes.shadow.agreement.outcomes]).toEqual([0, 0, 1, 0]);
    const regression = { name: 'm', output: { kind: 'regression', threshold: 0.5 } } as unknown as ModelConfig;
    const estimates = shadowOf(regression, { ...CHALLENGER, toleranceAbsolute: 2 });
    estimates.shadow.offer(request('a', [10, 10]));
    estimates.answer(response([12, 12.5]));
    expect([...estimates.shadow.agreement.outcomes]).toEqual([1, 1]);
  });

  it.each<[code: ErrorCode, outcome: string]>([
    ['deadline_exceeded', 'timed_out'],
    ['overloaded', 'dropped'],
    ['draining', 'dropped'],
    ['missing_input', 'skipped'],
    ['model_refused', 'skipped'],
    ['quarantined', 'failed'],
    ['scorer_crashed', 'failed'],
    ['output_too_large', 'failed'],
    ['not_ready', 'failed'],
  ])('counts %s as %s', (code, outcome) => {
    const { shadow, answer, scored } = shadowOf();
    shadow.offer(request('a', [0.9], 0.1));
    answer(fail(code, 'why'));
    expect(shadow.outcomes).toMatchObject({ [outcome]: 1 });
    expect([sum(shadow), shadow.agreement.count, shadow.latency.count, scored]).toEqual([1, 0, 0, []]);
  });

  it('counts an answer of another shape as failed, and skips what it cannot compare', () => {
    const { shadow, answer, waiting } = shadowOf();
    shadow.offer(request('a', [0.9, 0.1]));
    answer(response([0.9]));
    expect(shadow.outcomes).toMatchObject({ failed: 1 });
    shadow.offer({ ...request('b', [0.9, 0.1]), outputs: [] });
    shadow.offer(request('c', new Array<number>(SHADOW_ROWS_MAX + 1).fill(0)));
    expect([shadow.outcomes.skipped, waiting.length]).toEqual([2, 0]);
  });

  it('skips copies while the challenger is not loaded, and counts none that is not sampled', () => {
    const { shadow, waiting, unload } = shadowOf();
    unload();
    shadow.offer(request('a', [0.9]));
    expect([shadow.sent, shadow.outcomes.skipped, waiting.length]).toEqual([1, 1, 0]);
    const none = shadowOf(MODEL, { ...CHALLENGER, share: 1e-9 });
    for (let i = 0; i < 100; i++) none.shadow.offer(request(`a-${i}`, [0.9]));
    expect([none.shadow.sent, none.waiting.length]).toEqual([0, 0]);
  });

  it('drops what is too large beside others, but takes one of any size', () => {
    const { shadow, waiting, answer } = shadowOf();
    for (const rows of [200, 1]) shadow.offer(request(`${rows} rows`, new Array<number>(rows).fill(0.1)));
    expect([shadow.inFlight, shadow.outcomes.dropped, waiting.length]).toEqual([1, 1, 1]);
    // Values of FP64, of eight bytes each.
    expect(shadow.inFlightBytes).toBe(1600);
    answer(fail('scorer_crashed', ''));
    expect(shadow.inFlightBytes).toBe(0);
  });

  it('accounts for a scorer that answers at once, and for one that breaks its promise and throws', () => {
    const shadowWith = (score: Scorer['score']) => {
      const faults: unknown[] = [];
      const shadow = createShadow({
        model: MODEL,
        challenger: CHALLENGER,
        watched: {
          features: createFeatureReader({ features: [], inputs: undefined, sliceFeatures: [] }),
          output: createOutputReader(undefined, undefined),
          sliceHeaders: [],
          watch: { slices: [] },
        },
        record: () => undefined,
        nowSeconds: () => 0,
        scorer: () => ({ outputs: [], score }) as unknown as Scorer,
        monotonicSeconds: () => 0,
        onScored: () => undefined,
        onFault: (fault) => faults.push(fault),
      });
      shadow.offer(request('a', [0.9]));
      return [shadow.inFlight, sum(shadow), shadow.outcomes.failed, faults.length];
    };
    const atOnce = shadowWith((_request, done) => {
      done(fail('overloaded', 'why'));
    });
    expect(atOnce).toEqual([0, 1, 0, 0]);
    const throwing = shadowWith(() => {
      throw new Error('broken');
    });
    expect(throwing).toEqual([0, 1, 1, 1]);
  });

  it('drops what finds no room, and accounts for every copy at any moment', () => {
    const results: readonly Result<InferResponse>[] = [
      response([0.5]),
      response([]),
      fail('deadline_exceeded', ''),
      fail('overloaded', ''),
      fail('scorer_crashed', ''),
      fail('shape_mismatch', ''),
    ];
    const step = fc.oneof(fc.constant('offer' as const), fc.integer({ min: 0, max: results.length - 1 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { shadow, waiting, answer } = shadowOf();
        let offered = 0;
        for (const [i, taken] of steps.entries()) {
          if (taken === 'offer') {
            shadow.offer(request(String(i), [0.4]));
            offered++;
          } else if (waiting.length > 0) answer(results[taken]!);
          expect(shadow.inFlight).toBe(waiting.length);
          expect(shadow.inFlight).toBeLessThanOrEqual(3);
          expect([shadow.sent, sum(shadow) + shadow.inFlight]).toEqual([offered, offered]);
          expect(shadow.agreement.count + shadow.agreement.challengerMissing).toBe(shadow.outcomes.scored);
        }
      }),
      { seed: 20131101 },
    );
  });
});
