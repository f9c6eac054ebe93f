import { OTHER_BIN } from '@modelwatch/core';
import type { StoreModel } from '../../store.js';

/** Outcomes of a classification: true positive, false positive, true negative, false negative. */
type Outcomes = [number, number, number, number];

interface Entry {
  state: 'pending' | 'early' | 'joined' | 'expired' | 'unpaired';
  due: number;
  series: string;
  time: number;
  output: number;
  slice: string;
  truth?: number;
  truthTime: number;
  /** Outputs of challengers by version. */
  seconds: Record<string, number>;
}

/** How a challenger compares: who was right, both, the champion alone, the challenger alone, neither; and the sum of the loss differences. */
export interface OraclePaired {
  received: number;
  duplicates: number;
  unmatched: number;
  outcomes: Outcomes;
  missing: number;
  loss: number;
  slices: Record<string, Outcomes>;
}

/** Joined pairs of one slice value. */
export interface OracleSlice {
  joined: number;
  withoutOutput: number;
  outcomes: Outcomes;
  bias: number;
}

export interface OracleModel {
  received: number;
  duplicates: number;
  conflicts: number;
  late: number;
  unmatched: number;
  pending: number;
  events: { received: number; duplicates: number };
}

export interface OracleSeries {
  joined: number;
  expired: number;
  withoutOutput: number;
  outcomes: Outcomes;
  delaySeconds: number;
  slices: Record<string, OracleSlice>;
  /** What counted as __other__, by value. */
  tail: Record<string, OracleSlice>;
  events: number;
  paired?: OraclePaired;
}

export interface OraclePrediction {
  readonly model: string;
  readonly version: string;
  readonly id: string;
  readonly output: number;
  readonly slice: string;
}

/** The law of the store in two pages, without a disk: entries by identity, and nothing moves but by time. Simple before fast. */
export function createOracle(configs: readonly StoreModel[], waitingMax: number) {
  const entries = new Map<string, Entry>();
  const configOf = (model: string) => configs.find(({ name }) => name === model)!;
  const models: Record<string, OracleModel> = {};
  const series: Record<string, OracleSeries> = {};
  for (const { name } of configs) {
    models[name] = { received: 0, duplicates: 0, conflicts: 0, late: 0, unmatched: 0, pending: 0, events: { received: 0, duplicates: 0 } };
  }
  const keyOf = (model: string, id: string) => `${model}/${id}`;
  const modelOf = (key: string) => key.slice(0, key.indexOf('/'));
  const seriesOf = (key: string) =>
    (series[key] ??= { joined: 0, expired: 0, withoutOutput: 0, outcomes: [0, 0, 0, 0], delaySeconds: 0, slices: {}, tail: {}, events: 0 });
  const inState = (...states: Entry['state'][]) => [...entries.values()].filter(({ state }) => states.includes(state)).length;
  const full = () => inState('pending', 'early') >= waitingMax;

  const admit = (values: object, slice: string, valuesMax: number) => {
    const own = Object.keys(values).filter((value) => value !== OTHER_BIN);
    return own.includes(slice) || own.length < valuesMax ? slice : OTHER_BIN;
  };

  /** A challenger's output is joined as the champion's, and then the two are compared. */
  const countCompared = (entry: Entry, version: string, output: number) => {
    const { name, kind, threshold, challengers, slices } = configOf(modelOf(entry.series));
    const own = challengers!.find((challenger) => challenger.version === version)!;
    countJoined({ ...entry, series: `${name}/${version}`, output }, own.threshold);
    const paired = pairedOf(name, version);
    if (Number.isNaN(output) || Number.isNaN(entry.output)) paired.missing++;
    const value = admit(paired.slices, entry.slice, slices[0]!.valuesMax);
    const ofSlice = (paired.slices[value] ??= [0, 0, 0, 0]);
    if (Number.isNaN(output) || Number.isNaN(entry.output)) return;
    const isRight = (given: number, bar: number) =>
      kind === 'regression' ? Math.abs(given - entry.truth!) <= own.toleranceAbsolute : given >= bar === (entry.truth === 1);
    const outcome = (isRight(entry.output, threshold) ? 0 : 2) + (isRight(output, own.threshold) ? 0 : 1);
    paired.outcomes[outcome]!++;
    ofSlice[outcome]!++;
    paired.loss += (output - entry.truth!) ** 2 - (entry.output - entry.truth!) ** 2;
  };
  const pairedOf = (model: string, version: string) =>
    (seriesOf(`${model}/${version}`).paired ??= {
      received: 0,
      duplicates: 0,
      unmatched: 0,
      outcomes: [0, 0, 0, 0],
      missing: 0,
      loss: 0,
      slices: {},
    });

  const countJoined = ({ series: key, time, output, slice, truth, truthTime }: Entry, bar?: number) => {
    const config = configOf(modelOf(key));
    const threshold = bar ?? config.threshold;
    const tally = seriesOf(key);
    tally.joined++;
    tally.delaySeconds += Math.max(0, truthTime - time);
    const missing = Number.isNaN(output);
    const outcome =
      missing || config.kind === 'regression' ? undefined : (output >= threshold ? 0 : 2) + (output >= threshold === (truth === 1) ? 0 : 1);
    if (missing) tally.withoutOutput++;
    if (outcome !== undefined) tally.outcomes[outcome]!++;
    const countSlice = (of: Record<string, OracleSlice>, valuesMax: number) => {
      const admitted = admit(of, slice, valuesMax);
      const counts = (of[admitted] ??= { joined: 0, withoutOutput: 0, outcomes: [0, 0, 0, 0], bias: 0 });
      counts.joined++;
      if (missing) counts.withoutOutput++;
      else counts.bias += output - truth!;
      if (outcome !== undefined) counts.outcomes[outcome]!++;
      return admitted;
    };
    const { valuesMax, keptMax } = config.slices[0]!;
    // No tail is kept of challengers.
    const tailMax = bar === undefined ? keptMax! - valuesMax : 0;
    if (countSlice(tally.slices, valuesMax) === OTHER_BIN) countSlice(tally.tail, tailMax);
  };

  return {
    /** Moves on all that is due. */
    pass(now: number) {
      for (const [key, entry] of entries) {
        if (entry.due > now) continue;
        const forgetAt = entry.due + configOf(modelOf(key)).horizonSeconds;
        if (entry.state === 'early') models[modelOf(key)]!.unmatched++;
        if (entry.state === 'pending') {
          seriesOf(entry.series).expired++;
          for (const version of Object.keys(entry.seconds)) seriesOf(`${modelOf(key)}/${version}`).expired++;
        }
        if (entry.state === 'pending' && forgetAt > now) entries.set(key, { ...entry, state: 'expired', due: forgetAt });
        else entries.delete(key);
      }
    },
    predict({ model, version, id, output, slice }: OraclePrediction, now: number, acknowledged: boolean): string {
      const key = keyOf(model, id);
      const found = entries.get(key);
      const events = models[model]!.events;
      const tally = seriesOf(`${model}/${version}`);
      if (found !== undefined && found.state !== 'early') {
        if (acknowledged) events.duplicates++;
        return 'duplicate';
      }
      if (acknowledged) {
        events.received++;
        tally.events++;
      }
      const due = now + configOf(model).horizonSeconds;
      const entry = { truthTime: 0, due, series: `${model}/${version}`, time: now, output, slice, seconds: {} };
      if (found !== undefined) {
        const joined: Entry = { ...entry, state: 'joined', truth: found.truth!, truthTime: found.truthTime };
        entries.set(key, joined);
        countJoined(joined);
        return 'accepted';
      }
      const state = full() ? 'unpaired' : 'pending';
      if (state === 'pending' || acknowledged) entries.set(key, { ...entry, state });
      return state === 'pending' ? 'accepted' : 'over_capacity';
    },
    /** A challenger's output for a prediction: it counts once a version, with the prediction that was made before. */
    second({ model, version, id, output, slice }: OraclePrediction): void {
      const paired = pairedOf(model, version);
      const entry = entries.get(keyOf(model, id));
      if (entry?.state !== 'pending' && entry?.state !== 'joined') paired.unmatched++;
      else if (version in entry.seconds) paired.duplicates++;
      else {
        paired.received++;
        entry.seconds[version] = output;
        if (entry.state === 'joined') countCompared({ ...entry, slice }, version, output);
      }
    },
    tell(model: string, id: string, truth: number, truthTime: number, now: number): string {
      const key = keyOf(model, id);
      const tally = models[model]!;
      const due = now + configOf(model).horizonSeconds;
      const found = entries.get(key);
      if (found?.truth !== undefined) {
        const same = found.truth === truth;
        tally[same ? 'duplicates' : 'conflicts']++;
        return same ? 'duplicate' : 'conflict';
      }
      if (found === undefined && full()) return 'over_capacity';
      tally.received++;
      if (found === undefined) {
        entries.set(key, { state: 'early', due, series: '', time: 0, output: NaN, slice: '', truth, truthTime, seconds: {} });
        return 'early';
      }
      Object.assign(found, { truth, truthTime });
      if (found.state === 'pending') {
        Object.assign(found, { state: 'joined', due });
        countJoined(found);
        for (const [version, output] of Object.entries(found.seconds)) countCompared(found, version, output);
        return 'joined';
      }
      tally.unmatched++;
      if (found.state === 'unpaired') return 'unpaired';
      tally.late++;
      return 'late';
    },
    /** Everything the store must count alike. */
    totals() {
      for (const [name, tally] of Object.entries(models)) {
        tally.pending = [...entries].filter(([key, { state }]) => state === 'pending' && modelOf(key) === name).length;
      }
      return { models, series, waiting: inState('pending', 'early'), settled: inState('joined', 'expired', 'unpaired') };
    },
  };
}

export type Oracle = ReturnType<typeof createOracle>;
