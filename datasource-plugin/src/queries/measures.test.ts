import { describe, expect, it } from '@jest/globals';
import { DataFrame, getValueFormat, formattedValueToString } from '@grafana/data';
import type { CalibrationAnswer, CostAnswer, ExplanationsAnswer, GroundTruthAnswer, Reading } from '@modelwatch/core';
import { of } from 'rxjs';
import { asked } from '../testing/asked';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { recorded } from '../testing/recorded-exporter';
import { calibrationErrorFrame } from './calibration-frames';
import { costFrames } from './cost';
import { attentionFrame, explanationsFrame } from './explanations-frame';
import { delayFrame, delayWords, freshnessFrame, joinFrame } from './ground-truth-frames';

const configOf = (frame: DataFrame, name: string) => fieldOf(frame, name).config;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const TOO_LITTLE: Reading = { kind: 'undetermined', reason: 'insufficient_data' };
const MODEL = { model: 'flights-late' };

describe('explanations', () => {
  const answer = recorded<ExplanationsAnswer>('explanations.json');

  it('are a row a feature: what the model looks at now and in training, and which drift matters', async () => {
    const [frame] = await asked('explanations', MODEL);
    const told = columnsOf(frame!);
    expect(frame!.length).toBe(15);
    expect([sum(told.share!), sum(told.trainingShare!), sum(told.shift!)]).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(1, 9),
      expect.closeTo(0, 9),
    ]);
    const total = sum(told.meanAbsolute!);
    expect(told.meanAbsolute!.map((value) => value / total)).toEqual(told.share!.map((share) => expect.closeTo(share, 9)));
    expect(told.variance!.every((variance) => variance >= 0)).toBe(true);
    expect(told.driftImpact).toEqual(told.drift!.map((drift, i) => (drift === null ? null : expect.closeTo(drift * told.share![i], 9))));
    expect(told.critical!.filter((value) => value !== null).length).toBe(told.drift!.filter((value) => value !== null).length);
    expect(configOf(frame!, 'drift').thresholds?.steps[1]).toEqual({ value: 0.2, color: 'red' });
    expect(configOf(frame!, 'feature').links?.[0]?.url).toContain('var-feature=${__data.fields.feature}');
  });

  it('are held against training, at the bar of the alert', async () => {
    const [frame] = await asked('explanations', { ...MODEL, part: 'attention' });
    const { explained, sampled } = answer.counts;
    expect(columnsOf(frame!)).toMatchObject({ explained: [explained], explainedShare: [explained! / sampled!] });
    expect(columnsOf(frame!).ndcg![0]).toBeGreaterThan(0.8);
    expect(configOf(frame!, 'ndcg').thresholds?.steps[1]).toEqual({ value: 0.9, color: 'green' });
    expect(frame!.meta?.notices).toBeUndefined();
  });

  it('of too few predictions are empty, and it is said', () => {
    const none = { ...answer, ready: false, counts: { sampled: 0, explained: 0 }, ndcg: TOO_LITTLE };
    const frame = attentionFrame(none, 'A');
    expect(columnsOf(frame)).toMatchObject({ ndcg: [null], explained: [0], explainedShare: [null] });
    expect(frame.meta?.notices?.map(({ severity }) => severity)).toEqual(['warning', 'info']);
    const features = [{ ...answer.features[0]!, share: TOO_LITTLE, drift: TOO_LITTLE, meanAbsolute: null }];
    expect(columnsOf(explanationsFrame({ ...none, features }, 'A'))).toMatchObject({ share: [null], shift: [null], drift: [null] });
  });
});

describe('calibration', () => {
  const answer = recorded<CalibrationAnswer>('calibration.json');

  it('is a row a bin and version, with the fields that the panel reads', async () => {
    const [frame] = await asked('calibration', MODEL);
    const { bin, meanScore, observedRate, lower, upper, count, version } = columnsOf(frame!);
    expect([bin![0], bin![9], version![0], version![10]]).toEqual(['0-0.1', '0.9-1', '1', '2']);
    expect(sum(count!)).toBe(2 * 1800);
    bin!.forEach((_, i) => {
      expect(lower![i]).toBeLessThanOrEqual(observedRate![i]);
      expect(upper![i]).toBeGreaterThanOrEqual(observedRate![i]);
    });
    expect(meanScore!.slice(0, 10)).toEqual([...meanScore!.slice(0, 10)].sort((a, b) => a - b));
  });

  it('error is one number a version, which follows from the bins', async () => {
    const [frame] = await asked('calibration', { ...MODEL, part: 'error', version: '2' });
    const [bins] = await asked('calibration', { ...MODEL, version: '2' });
    const { meanScore, observedRate, count } = columnsOf(bins!);
    const apart = sum(count!.map((inBin, i) => (inBin / 1800) * Math.abs(meanScore![i] - observedRate![i])));
    expect(configOf(frame!, 'error').thresholds?.steps[1]).toEqual({ value: 0.05, color: 'orange' });
    expect(columnsOf(frame!)).toMatchObject({ version: ['2'], error: [expect.closeTo(apart, 9)], count: [1800], missing: [0] });
  });

  it('of too few predictions is empty, and it is said', () => {
    const versions = [{ ...answer.versions[0]!, count: 40, expectedCalibrationError: TOO_LITTLE }];
    const frame = calibrationErrorFrame({ ...answer, versions }, 'A');
    expect([columnsOf(frame).error, frame.meta?.notices?.[0]?.text]).toEqual([[null], expect.stringContaining('has 40 joined')]);
  });

  it('is not there for estimates', async () => {
    const estimates = { '/v1/models/prices/calibration': () => of({ data: { ...answer, outputKind: 'regression', versions: [] } }) };
    await expect(asked('calibration', { model: 'prices' }, {}, estimates)).rejects.toThrow('no calibration');
  });
});

describe('ground truth', () => {
  const answer = recorded<GroundTruthAnswer>('ground-truth.json');

  it('has delays by bin, in words, up to the horizon', async () => {
    const [frame] = await asked('groundTruth', { ...MODEL, version: '1' });
    // Requests of the recording: 5 s, 40 s, 10 min, 2 h and, one of each two, 10 h.
    expect(columnsOf(frame!)).toMatchObject({
      bin: [
        '1 s to 10 s',
        '10 s to 1 min',
        '1 min to 5 min',
        '5 min to 15 min',
        '15 min to 1 h',
        '1 h to 2 h',
        '2 h to 4 h',
        '4 h to 8 h',
        '8 h to 1 d',
      ],
      from: [1, 10, 60, 300, 900, 3600, 7200, 14_400, 28_800],
      count: [400, 400, 0, 400, 0, 400, 0, 0, 200],
    });
    expect(sum(columnsOf(frame!).share!)).toBeCloseTo(1, 9);
    expect(configOf(frame!, 'to').thresholds?.steps[1]).toEqual({ value: 172_800, color: 'red' });
  });

  it('names bounds in the greatest unit that they are a whole number of', () => {
    expect([1, 60, 900, 7200, 172_800, 90].map(delayWords)).toEqual(['1 s', '1 min', '15 min', '2 h', '2 d', '90 s']);
  });

  it('is joined or expired, with an interval', () => {
    const versions = [
      { ...answer.versions[0]!, joined: 900, expired: 100, joinRatio: { kind: 'measured', value: 0.9, lower: 0.88, upper: 0.92 } as const },
    ];
    const frame = joinFrame({ ...answer, versions }, 'A');
    expect(columnsOf(frame)).toMatchObject({ joinRatio: [0.9], lower: [0.88], upper: [0.92], joined: [900], expired: [100] });
    expect(configOf(frame, 'expired').thresholds?.steps[1]).toEqual({ value: 1, color: 'orange' });
  });

  it('has an age, which is bad from the horizon on', async () => {
    const [frame] = await asked('groundTruth', { ...MODEL, part: 'freshness' });
    expect(columnsOf(frame!)).toMatchObject({ age: [14 * 3600], horizon: [172_800], pending: [200], received: [1800], late: [0] });
    expect(
      configOf(frame!, 'age')
        .thresholds?.steps.slice(1)
        .map(({ value }) => value),
    ).toEqual([86_400, 172_800]);
    expect(columnsOf(freshnessFrame({ ...answer, ageSeconds: undefined }, 'A')).age).toEqual([null]);
    expect(delayFrame({ ...answer, versions: [] }, 'A').length).toBe(0);
  });
});

describe('cost', () => {
  const answer = recorded<CostAnswer>('cost.json');

  it('is a row a version and source, the dearest first, in its currency', async () => {
    const [frame, ...others] = await asked('cost', MODEL);
    expect(others).toEqual([]);
    const { version, source, cost, costPerHour } = columnsOf(frame!);
    expect([version![0], source![0], cost![0], costPerHour![0]]).toEqual(['1', 'requests', 5, 5]);
    expect(cost).toEqual([...cost!].sort((a, b) => b - a));
    const shown = getValueFormat(configOf(frame!, 'cost').unit)(5, 2);
    expect(formattedValueToString(shown)).toBe('USD 5.00');
    expect(columnsOf((await asked('cost', { version: '2' }))[0]!)).toMatchObject({ version: ['2'], source: ['scoring'] });
  });

  it('of several currencies is never added: a frame each', () => {
    const euros = { ...answer.costs[0]!, currency: 'EUR' };
    const frames = costFrames({ seconds: 1800, costs: [...answer.costs, euros] }, 'A');
    expect(frames.map(({ name, length }) => [name, length])).toEqual([
      ['cost USD', 5],
      ['cost EUR', 1],
    ]);
    expect(columnsOf(frames[1]!).costPerHour).toEqual([1]);
  });

  it('without a price is empty, and it is said how to set one', async () => {
    const [frame] = await asked('cost', { model: 'prices' });
    expect([frame!.length, frame!.meta?.notices?.[0]?.text]).toEqual([0, expect.stringContaining('has a price')]);
  });
});
