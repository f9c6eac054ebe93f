import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { GroundTruth } from '@modelwatch/core';
import { joinPair } from '../../pipeline/join.js';
import { countEvent } from '../count-event.js';
import { countPair } from '../paired-tally.js';
import { columnsByName } from '../slice-values.js';
import type { EventBatch, PredictionOutcome, TruthOutcome } from '../store.js';
import { CHALLENGERS_PER_PREDICTION_MAX, outputsText, parseOutputs } from './challenger-outputs.js';
import type { LedgerDrops, RecordMessage } from './messages.js';
import { preparePairs, ROWS_PER_INSERT } from './pair-statements.js';
import { columnsOf, predictionsOf, slicesOfRow, storable, type Prediction } from './prediction-rows.js';
import { STATE } from './schema.js';
import { onSliceOf, type ModelEntry, type SeriesEntry, type Tallies } from './tallies.js';

/** Rows that change state in one transaction because their time has come, so that a backlog does not hold up what was just sent. */
export const ROWS_PER_SWEEP = 1000;

/**
 * Predictions and ground truth until they meet: the table `prediction` and what is counted when its rows change state. One file although it
 * is long: it is one machine of states, and each move is read beside the others.
 */
export interface Pairs {
  /** Predictions of the inference path. */
  record(message: RecordMessage): void;
  ingest(batch: EventBatch, nowSeconds: number): PredictionOutcome[];
  join(truths: readonly GroundTruth[], nowSeconds: number): TruthOutcome[];
  /** Moves on what is due, a bounded number of rows; true when nothing due is left. */
  sweep(nowSeconds: number): boolean;
  /** Forgets pairs beyond the number that may be remembered, those without ground truth first, then the oldest. */
  trim(): void;
  hasDue(nowSeconds: number): boolean;
  readonly waiting: number;
  readonly settled: number;
}

interface Row {
  readonly state: number;
  readonly due: number;
  readonly series: number | null;
  readonly time: number | null;
  readonly output: number | null;
  readonly slices: string | null;
  readonly truth: number | null;
  readonly truth_time: number | null;
  readonly challengers: string | null;
}

export function createPairs(
  db: DatabaseSyncInstance,
  tallies: Tallies,
  { waitingMax, settledMax }: { readonly waitingMax: number; readonly settledMax: number },
  drops: LedgerDrops,
): Pairs {
  const statements = preparePairs(db);
  const counts = db.prepare('SELECT count(*) AS waiting FROM prediction WHERE state IN (0, 1)').get() as { waiting: number };
  let waiting = counts.waiting;
  let settled = (db.prepare('SELECT count(*) AS settled FROM prediction WHERE state IN (2, 3, 4)').get() as { settled: number }).settled;

  const horizonOf = (model: ModelEntry) => model.config?.horizonSeconds ?? 0;
  const slicesOfModel = (model: ModelEntry) => model.config?.slices ?? [];
  const wait = (model: ModelEntry, kind: 'pending' | 'early', by: 1 | -1) => {
    waiting += by;
    if (kind === 'pending') model.tally.pending += by;
    else model.early += by;
    model.changed = true;
  };

  const countJoined = (series: SeriesEntry, { time, output, slices }: Omit<Prediction, 'id'>, truth: number, truthTime: number) => {
    const { rule, tally, slicesChanged } = series;
    if (rule === undefined) return;
    joinPair(tally.quality, rule, { output, truth, delaySeconds: truthTime - time, slices }, onSliceOf(slicesChanged));
    series.qualityChanged = true;
  };

  /** A challenger's output, compared with ground truth and with what the champion gave. */
  const countCompared = (series: SeriesEntry, champion: number, own: Omit<Prediction, 'id'>, truth: number, truthTime: number) => {
    countJoined(series, own, truth, truthTime);
    const { rule, tally, pairedSlicesChanged } = series;
    if (rule === undefined || tally.paired === undefined) return;
    countPair(tally.paired, rule.slices, { champion, challenger: own.output, truth }, own.slices, onSliceOf(pairedSlicesChanged));
    series.pairedChanged = true;
  };

  /** A prediction's horizon has passed: it stays for another, so that ground truth can still be told to be late. */
  const expire = (model: ModelEntry, { id, series, due, challengers }: ExpiringRow, nowSeconds: number): Row | undefined => {
    for (const key of [series!, ...parseOutputs(challengers).map(([challenger]) => challenger)]) {
      const entry = tallies.seriesByKey(key);
      // What a challenger gave that is long forgotten counts nowhere.
      if (entry === undefined) continue;
      entry.tally.quality.expired++;
      entry.qualityChanged = true;
    }
    wait(model, 'pending', -1);
    const forgetAt = due + horizonOf(model);
    if (forgetAt <= nowSeconds) {
      statements.remove.run(model.key, id);
      return undefined;
    }
    settled++;
    statements.expire.run(forgetAt, model.key, id);
    return {
      state: STATE.expired,
      due: forgetAt,
      series,
      time: null,
      output: null,
      slices: null,
      truth: null,
      truth_time: null,
      challengers: null,
    };
  };

  const forget = (model: ModelEntry, id: string, state: number) => {
    statements.remove.run(model.key, id);
    if (state !== STATE.early) settled--;
    else {
      model.tally.unmatched++;
      wait(model, 'early', -1);
    }
  };

  /** The row of an id as it is now: what is due moves on first, whether or not the sweep has come by. */
  const find = (model: ModelEntry, id: string, nowSeconds: number): Row | undefined => {
    const row = statements.find.get(model.key, id) as Row | undefined;
    if (row === undefined || row.due > nowSeconds) return row;
    if (row.state === STATE.pending) return expire(model, { ...row, id }, nowSeconds);
    forget(model, id, row.state);
    return undefined;
  };

  const settleEarly = (series: SeriesEntry, prediction: Prediction, row: Row, nowSeconds: number) => {
    const { model } = series;
    const output = Number.isNaN(prediction.output) ? null : prediction.output;
    statements.meet.run(nowSeconds + horizonOf(model), series.key, prediction.time, output, model.key, prediction.id);
    wait(model, 'early', -1);
    settled++;
    countJoined(series, prediction, row.truth!, row.truth_time!);
  };

  /** One prediction; `whenFull` says what becomes of it when as much as allowed waits already. */
  const add = (series: SeriesEntry, prediction: Prediction, nowSeconds: number, whenFull: 'drop' | 'remember'): PredictionOutcome => {
    const { model } = series;
    const row = find(model, prediction.id, nowSeconds);
    if (row !== undefined && row.state !== STATE.early) return 'duplicate';
    if (row !== undefined) {
      settleEarly(series, prediction, row, nowSeconds);
      return 'accepted';
    }
    const full = waiting >= waitingMax;
    if (full && whenFull === 'drop') return 'over_capacity';
    const state = full ? STATE.unpaired : STATE.pending;
    statements.insertOne.run(
      model.key,
      prediction.id,
      state,
      nowSeconds + horizonOf(model),
      series.key,
      ...columnsOf(prediction, slicesOfModel(model)),
    );
    if (full) settled++;
    else wait(model, 'pending', 1);
    return full ? 'over_capacity' : 'accepted';
  };

  /** Inserts many predictions of which none meets ground truth that waits. The caller has made sure that they fit. */
  const addMany = (series: SeriesEntry, predictions: readonly Prediction[], nowSeconds: number) => {
    const { model } = series;
    const due = nowSeconds + horizonOf(model);
    let added = 0;
    let i = 0;
    for (; i + ROWS_PER_INSERT <= predictions.length; i += ROWS_PER_INSERT) {
      const values: (string | number | null)[] = [];
      for (let j = i; j < i + ROWS_PER_INSERT; j++) {
        values.push(model.key, predictions[j]!.id, STATE.pending, due, series.key, ...columnsOf(predictions[j]!, slicesOfModel(model)));
      }
      added += statements.insertMany.run(...values).changes;
    }
    for (; i < predictions.length; i++) {
      const prediction = predictions[i]!;
      added += statements.insertOne.run(
        model.key,
        prediction.id,
        STATE.pending,
        due,
        series.key,
        ...columnsOf(prediction, slicesOfModel(model)),
      ).changes;
    }
    waiting += added;
    model.tally.pending += added;
    model.changed = true;
    drops.predictionsDuplicate += predictions.length - added;
  };

  return {
    get waiting() {
      return waiting;
    },
    get settled() {
      return settled;
    },
    record(message) {
      const model = tallies.model(message.model);
      const series = tallies.series(model, message.version, message.role);
      const slices = columnsByName(slicesOfModel(model), message.slices, message.sliceNames);
      const predictions = predictionsOf(message.ids, message.timesSeconds, message.outputs, slices);
      const { nowSeconds } = message;
      if (message.role === 'challenger') {
        for (const prediction of predictions) compare(series, prediction, nowSeconds);
        return;
      }
      if (model.early === 0 && waiting + predictions.length <= waitingMax && statements.nextDue(nowSeconds) === undefined) {
        addMany(series, predictions, nowSeconds);
        return;
      }
      for (const prediction of predictions) {
        const outcome = add(series, prediction, nowSeconds, 'drop');
        if (outcome === 'over_capacity') drops.predictionsFull++;
        else if (outcome === 'duplicate') drops.predictionsDuplicate++;
      }
    },
    ingest(batch, nowSeconds) {
      const model = tallies.model(batch.model);
      const series = tallies.series(model, batch.version, batch.role);
      const times = batch.timesSeconds ?? new Float64Array(batch.rows).fill(batch.timeSeconds);
      const slices = columnsByName(slicesOfModel(model), batch.slices, batch.sliceNames);
      return predictionsOf(batch.ids, times, batch.outputs, slices).map((prediction, row) => {
        const outcome = add(series, prediction, nowSeconds, 'remember');
        model.changed = true;
        if (outcome === 'duplicate') {
          model.tally.events.prediction.duplicates++;
          return outcome;
        }
        if (outcome === 'over_capacity') drops.unpaired++;
        model.tally.events.prediction.received++;
        countEvent(series.tally.events, slicesOfModel(model), { ...batch, slices }, row, onSliceOf(series.slicesChanged));
        series.eventsChanged = true;
        return outcome;
      });
    },
    join(truths, nowSeconds) {
      return truths.map((truth) => {
        const model = tallies.model(truth.model);
        model.changed = true;
        const outcome = meet(model, truth, nowSeconds);
        if (outcome === 'duplicate') model.tally.duplicates++;
        else if (outcome === 'conflict') model.tally.conflicts++;
        else if (outcome === 'over_capacity') drops.truthsFull++;
        else {
          model.tally.received++;
          // A time to come would hide for good that nothing comes any more.
          model.tally.newestTruthSeconds = Math.max(model.tally.newestTruthSeconds, Math.min(truth.timeSeconds, nowSeconds));
        }
        return outcome;
      });
    },
    hasDue: (nowSeconds) => statements.nextDue(nowSeconds) !== undefined,
    sweep(nowSeconds) {
      let rows = 0;
      while (rows < ROWS_PER_SWEEP) {
        const state = statements.nextDue(nowSeconds);
        if (state === undefined) break;
        const due = statements.due.all(state, nowSeconds, ROWS_PER_SWEEP - rows) as DueRow[];
        rows += due.length;
        for (const row of due) {
          const model = tallies.modelByKey(row.model);
          if (state === STATE.pending) expire(model, row, nowSeconds);
          else forget(model, row.id, state);
        }
      }
      return statements.nextDue(nowSeconds) === undefined;
    },
    trim() {
      for (const state of [STATE.unpaired, STATE.expired, STATE.joined]) {
        if (settled <= settledMax) return;
        const forgotten = statements.forgetFirst.run(state, settled - settledMax).changes;
        settled -= forgotten;
        drops.settledFull += forgotten;
      }
    },
  };

  function meet(model: ModelEntry, { id: given, value, timeSeconds }: GroundTruth, nowSeconds: number): TruthOutcome {
    const id = storable(given);
    const row = find(model, id, nowSeconds);
    if (row === undefined) {
      if (waiting >= waitingMax) return 'over_capacity';
      statements.insertTruth.run(model.key, id, nowSeconds + horizonOf(model), value, timeSeconds);
      wait(model, 'early', 1);
      return 'early';
    }
    if (row.truth !== null) return row.truth === value ? 'duplicate' : 'conflict';
    if (row.state !== STATE.pending) {
      statements.setTruth.run(value, timeSeconds, model.key, id);
      model.tally.unmatched++;
      if (row.state === STATE.unpaired) return 'unpaired';
      model.tally.late++;
      return 'late';
    }
    statements.join.run(nowSeconds + horizonOf(model), value, timeSeconds, model.key, id);
    wait(model, 'pending', -1);
    settled++;
    const prediction = { time: row.time!, output: row.output ?? NaN, slices: slicesOfRow(row.slices, slicesOfModel(model)) };
    countJoined(tallies.seriesByKey(row.series!)!, prediction, value, timeSeconds);
    for (const [key, output] of parseOutputs(row.challengers)) {
      const compared = tallies.seriesByKey(key);
      if (compared !== undefined) countCompared(compared, prediction.output, { ...prediction, output }, value, timeSeconds);
    }
    return 'joined';
  }

  /** Keeps a challenger's output with the prediction of its id, or compares it at once where ground truth is there. */
  function compare(series: SeriesEntry, own: Prediction, nowSeconds: number): void {
    const { paired } = series.tally;
    if (paired === undefined) return;
    series.pairedChanged = true;
    const alone = outputsText([[series.key, own.output]]);
    if (statements.setFirstChallenger.run(alone, series.model.key, own.id, nowSeconds).changes === 1) {
      paired.received++;
      return;
    }
    const row = find(series.model, own.id, nowSeconds);
    if (row?.state !== STATE.pending && row?.state !== STATE.joined) {
      paired.unmatched++;
      return;
    }
    const outputs = parseOutputs(row.challengers);
    if (outputs.some(([key]) => key === series.key)) paired.duplicates++;
    else if (outputs.length >= CHALLENGERS_PER_PREDICTION_MAX) paired.full++;
    else {
      paired.received++;
      statements.setChallengers.run(outputsText([...outputs, [series.key, own.output]]), series.model.key, own.id);
      if (row.state === STATE.joined) countCompared(series, row.output ?? NaN, { ...own, time: row.time! }, row.truth!, row.truth_time!);
    }
  }
}

interface ExpiringRow extends Pick<Row, 'series' | 'due' | 'challengers'> {
  readonly id: string;
}

interface DueRow extends ExpiringRow {
  readonly model: number;
}
