import {
  Attributions,
  explainerInconsistency,
  seededRandom,
  type BaselineExplanations,
  type ExplainerInconsistency,
} from '@modelwatch/core';
import type { Scorer } from '../models/scorer.js';
import { createCpuBudget } from './cpu-budget.js';
import { createRowExplainer, ScoringFailed, type RowExplainer, type ScoredBatch } from './explain-row.js';
import { failedCopy } from './failed-copy.js';
import { BUSY_CODES } from './golden-replay.js';
import type { InputRow, InputRows } from './input-rows.js';
import { isSampled } from './is-sampled.js';
import type { AnsweredRequest, WatchedModel } from './watched-model.js';

/** What becomes of a prediction that is to be explained. `dropped` is for want of room, `skipped` for one that cannot be. */
export const EXPLANATION_OUTCOMES = ['explained', 'dropped', 'failed', 'timed_out', 'skipped'] as const;
export type ExplanationOutcome = (typeof EXPLANATION_OUTCOMES)[number];

/** Explains a share of a model's predictions, off the path of every answer and within a budget of CPU time. */
export interface Explainer {
  readonly explanations: BaselineExplanations;
  readonly counts: ExplainerCounts;
  readonly attributions: Attributions;
  /** Of the last replay of golden rows that came to its end. */
  readonly golden: { readonly inconsistency: ExplainerInconsistency; readonly timeSeconds: number } | undefined;
  /** Takes copies of the rows of an answered request whose ids are among the sampled. Never waits. */
  offer(answered: AnsweredRequest): void;
  /** Explains golden rows again before further predictions. */
  replayGolden(): void;
  /** What is waiting is dropped. May be called twice. */
  close(): Promise<void>;
}

export interface ExplainerCounts {
  readonly ready: boolean;
  /** Predictions chosen: the sum of the outcomes and of what is under way, exactly. */
  readonly sampled: number;
  readonly inFlight: number;
  readonly inFlightMax: number;
  readonly outcomes: Readonly<Record<ExplanationOutcome, number>>;
  readonly rowsScored: number;
  readonly cpuSeconds: number;
  readonly cpuShareMax: number;
}

export interface ExplainerOptions {
  readonly share: number;
  readonly cpuShareMax: number;
  readonly queueRowsMax: number;
  readonly explanations: BaselineExplanations;
  /** Names of the features, in the order of the baseline. */
  readonly features: readonly string[];
  /** Golden rows by place, and the tolerance of their values. */
  readonly goldenRows: { readonly features: readonly (number | string | null)[][]; readonly toleranceAbsolute: number };
  readonly rows: InputRows;
  /** The background rows of the baseline; at least one. */
  readonly background: readonly InputRow[];
  /** The champion's: says how many rows a request has, and reads the output. */
  readonly watched: Pick<WatchedModel, 'features' | 'output'>;
  readonly outputTensor: string | undefined;
  /** What scores mixed rows; undefined while it is not loaded. */
  readonly scorer: () => Scorer | undefined;
  readonly clock: { readonly monotonicSeconds: () => number; readonly nowSeconds: () => number };
  readonly onGolden: (inconsistency: ExplainerInconsistency) => void;
  /** A fault of our own: it cost one explanation or one replay. */
  readonly onFault: (fault: unknown) => void;
}

/** Ids of more rows of one request are not looked at: a few milliseconds' worth. */
export const EXPLAINED_REQUEST_ROWS_MAX = 4096;
/** Orders of live predictions: other ones than those of golden rows, which are drawn from seeds close to that of the baseline. */
const LIVE_SEED_OFFSET = 2_000_000;

/** Longer than most functions: what waits, what is under way and what has become of it change together. */
export function createExplainer(options: ExplainerOptions): Explainer {
  const { share, cpuShareMax, queueRowsMax, explanations, rows, watched, scorer, clock, onFault } = options;
  const outcomes: Record<ExplanationOutcome, number> = { explained: 0, dropped: 0, failed: 0, timed_out: 0, skipped: 0 };
  const attributions = new Attributions(options.features);
  const budget = createCpuBudget(cpuShareMax, clock.monotonicSeconds);
  const random = seededRandom(explanations.seed + LIVE_SEED_OFFSET);
  const queue: InputRow[] = [];
  let golden: Explainer['golden'];
  let goldenIsDue = false;
  let sampled = 0;
  let rowsScored = 0;
  let explaining = 0;
  let working: Promise<void> | undefined;
  let closed = false;
  let made: RowExplainer | undefined;

  const explainerWith = (child: Scorer): RowExplainer => {
    let seenSeconds = child.stats().cpuSeconds;
    const onBatch = ({ rows: scored, mixingSeconds, callSeconds, failed }: ScoredBatch) => {
      rowsScored += scored;
      const { cpuSeconds } = child.stats();
      // Of a child that was ended nobody says what it took.
      budget.spend(mixingSeconds + Math.max(cpuSeconds - seenSeconds, failed ? callSeconds : 0));
      seenSeconds = cpuSeconds;
    };
    return createRowExplainer({
      scorer: child,
      rows,
      features: options.features.length,
      background: options.background,
      rowsMax: explanations.rowsMax,
      output: watched.output,
      outputTensor: options.outputTensor,
      monotonicSeconds: clock.monotonicSeconds,
      mayGoOn: async () => {
        await budget.room();
        if (closed) throw new ScoringFailed({ code: 'draining', message: 'the explainer is closed' });
      },
      onBatch,
    });
  };
  const explainRow = async (explainer: RowExplainer, row: InputRow): Promise<ExplanationOutcome> => {
    try {
      const explanation = await explainer.explain(row, random);
      if (explanation.kind !== 'measured') return 'failed';
      const before = attributions.count;
      attributions.update(explanation.values);
      return attributions.count > before ? 'explained' : 'failed';
    } catch (fault) {
      if (fault instanceof ScoringFailed) return failedCopy(fault.code);
      onFault(fault);
      return 'failed';
    }
  };
  const replay = async (explainer: RowExplainer) => {
    const explained: (ArrayLike<number> | undefined)[] = [];
    for (const place of explanations.golden.rows) {
      const row = rows.ofBaseline(options.goldenRows.features[place]!);
      try {
        const explanation = row === undefined ? undefined : await explainer.explain(row, seededRandom(explanations.seed + place));
        explained.push(explanation?.kind === 'measured' ? explanation.values : undefined);
      } catch (fault) {
        if (!(fault instanceof ScoringFailed)) throw fault;
        // How busy or how whole the child is says nothing of the explanations.
        if (BUSY_CODES.has(fault.code)) return;
        explained.push(undefined);
      }
    }
    const { toleranceAbsolute } = options.goldenRows;
    const inconsistency = explainerInconsistency({ recorded: explanations.golden.values, explained, toleranceAbsolute });
    golden = { inconsistency, timeSeconds: clock.nowSeconds() };
    options.onGolden(inconsistency);
  };
  const workOff = async () => {
    const child = scorer();
    if (child === undefined) return;
    const explainer = (made ??= explainerWith(child));
    while (!closed && (goldenIsDue || queue.length > 0)) {
      if (goldenIsDue) {
        goldenIsDue = false;
        await replay(explainer).catch(onFault);
        continue;
      }
      explaining = 1;
      const outcome = await explainRow(explainer, queue.shift()!);
      explaining = 0;
      outcomes[outcome]++;
    }
  };
  const work = () => {
    if (closed || scorer() === undefined) return;
    working ??= workOff()
      .catch(onFault)
      .finally(() => {
        working = undefined;
        if (goldenIsDue || queue.length > 0) work();
      });
  };
  const take = (answered: AnsweredRequest, row: number) => {
    sampled++;
    if (scorer() === undefined || closed) outcomes.skipped++;
    else if (queue.length >= queueRowsMax) outcomes.dropped++;
    else {
      const copy = rows.rowOf(answered.inputs, row);
      if (copy === undefined) outcomes.skipped++;
      else queue.push(copy);
    }
  };
  return {
    explanations,
    counts: {
      get ready() {
        return scorer()?.ready === true;
      },
      get sampled() {
        return sampled;
      },
      get inFlight() {
        return queue.length + explaining;
      },
      inFlightMax: queueRowsMax,
      outcomes,
      get rowsScored() {
        return rowsScored;
      },
      get cpuSeconds() {
        return budget.usedSeconds;
      },
      cpuShareMax,
    },
    attributions,
    get golden() {
      return golden;
    },
    offer(answered) {
      const { id, rowIds, inputs } = answered;
      const count = Math.min(watched.features.rowsOf(inputs) ?? 0, EXPLAINED_REQUEST_ROWS_MAX);
      for (let row = 0; row < count; row++) {
        if (isSampled(rowIds?.[row] ?? (count === 1 ? id : `${id}/${row}`), share)) take(answered, row);
      }
      if (queue.length > 0) work();
    },
    replayGolden() {
      goldenIsDue = explanations.golden.rows.length > 0;
      work();
    },
    async close() {
      closed = true;
      outcomes.dropped += queue.length;
      queue.length = 0;
      budget.close();
      await working;
    },
  };
}
