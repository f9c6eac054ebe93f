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
  slices: Record<string, Outcomes>;
  events: number;
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
    (series[key] ??= { joined: 0, expired: 0, withoutOutput: 0, outcomes: [0, 0, 0, 0], delaySeconds: 0, slices: {}, events: 0 });
  const inState = (...states: Entry['state'][]) => [...entries.values()].filter(({ state }) => states.includes(state)).length;
  const full = () => inState('pending', 'early') >= waitingMax;

  const countJoined = ({ series: key, time, output, slice, truth, truthTime }: Entry) => {
    const config = configOf(modelOf(key));
    const tally = seriesOf(key);
    tally.joined++;
    tally.delaySeconds += Math.max(0, truthTime - time);
    if (Number.isNaN(output)) tally.withoutOutput++;
    else if (config.kind === 'probability') {
      const outcome = (output >= config.threshold ? 0 : 2) + (output >= config.threshold === (truth === 1) ? 0 : 1);
      tally.outcomes[outcome]!++;
      const own = Object.keys(tally.slices).filter((value) => value !== OTHER_BIN);
      const counted = own.includes(slice) || own.length < config.slices[0]!.valuesMax ? slice : OTHER_BIN;
      (tally.slices[counted] ??= [0, 0, 0, 0])[outcome]!++;
    }
  };

  return {
    /** Moves on all that is due. */
    pass(now: number) {
      for (const [key, entry] of entries) {
        if (entry.due > now) continue;
        const forgetAt = entry.due + configOf(modelOf(key)).horizonSeconds;
        if (entry.state === 'early') models[modelOf(key)]!.unmatched++;
        if (entry.state === 'pending') seriesOf(entry.series).expired++;
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
      const entry = { truthTime: 0, due, series: `${model}/${version}`, time: now, output, slice };
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
        entries.set(key, { state: 'early', due, series: '', time: 0, output: NaN, slice: '', truth, truthTime });
        return 'early';
      }
      Object.assign(found, { truth, truthTime });
      if (found.state === 'pending') {
        Object.assign(found, { state: 'joined', due });
        countJoined(found);
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
