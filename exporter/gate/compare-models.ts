import {
  Agreement,
  isOutput,
  mcnemar,
  PairedQuality,
  qualityGain,
  type IntervalReading,
  type McNemar,
  type OutputRule,
} from '@modelwatch/core';
import { recordedQuality } from '../baseline/recorded-quality.js';
import { GateError } from './gate-error.js';
import type { GatePlan } from './gate-plan.js';
import type { ScoredRows } from './score-rows.js';
import { compareSlices, type SliceComparison } from './compare-slices.js';

/** Both models on the same rows: outputs, quality over all and by slice. */
export interface Comparison {
  readonly agreement: Agreement;
  readonly quality: PairedQuality;
  readonly mcnemar: McNemar;
  readonly gain: IntervalReading;
  /** Largest absolute difference of two outputs for one row; undefined where no row has both. */
  readonly differenceMax: number | undefined;
  /** By the name of the metric, over the rows that both models scored and that have ground truth. */
  readonly championQuality: Readonly<Record<string, number>>;
  readonly challengerQuality: Readonly<Record<string, number>>;
  readonly slices: readonly SliceComparison[];
  /** The rows by which the challenger loses most, the worst first: where to look. */
  readonly worstRows: readonly WorstRow[];
}

export interface WorstRow {
  readonly id: string;
  readonly champion: number;
  readonly challenger: number;
  readonly truth: number;
}

const WORST_ROWS_MAX = 10;
/** How far beyond 0..1 rounding in single precision takes a probability. */
const ROUNDING_MAX = 1e-6;

/** Compares what was scored. Throws `GateError` where outputs are not of the kind that they are said to be. */
export function compareModels(scored: ScoredRows, plan: GatePlan, sliceNames: readonly string[]): Comparison {
  const { criteria } = plan.bars;
  const rule = ruleOf(plan);
  const champion = outputsOf(scored.champion, 'champion', scored.ids, plan);
  const challenger = outputsOf(scored.challenger, 'challenger', scored.ids, plan);
  const truth = Float64Array.from(scored.truth);
  const agreement = new Agreement(rule);
  const quality = new PairedQuality(rule);
  let differenceMax: number | undefined;
  for (let row = 0; row < truth.length; row++) {
    const pair = { champion: champion[row]!, challenger: challenger[row]! };
    agreement.update(pair);
    if (!isOutput(pair.champion) || !isOutput(pair.challenger)) continue;
    differenceMax = Math.max(differenceMax ?? 0, Math.abs(pair.challenger - pair.champion));
    if (!Number.isNaN(truth[row])) quality.update({ ...pair, truth: truth[row]! });
  }
  const columns = { champion, challenger, truth };
  return {
    agreement,
    quality,
    mcnemar: mcnemar(quality),
    gain: qualityGain(quality, criteria),
    differenceMax,
    ...recordedOf(columns, plan, quality.count),
    slices: compareSlices(columns, scored.sliceValues, { names: sliceNames, rule, criteria }),
    worstRows: worstRowsOf(columns, scored.ids),
  };
}

export interface OutputColumns {
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
  readonly truth: Float64Array;
}

function ruleOf({ model: { output }, challenger }: GatePlan): OutputRule {
  if (output.kind === 'regression') return { kind: 'regression', toleranceAbsolute: challenger.toleranceAbsolute };
  return { kind: 'probability', championThreshold: output.threshold, challengerThreshold: challenger.threshold ?? output.threshold };
}

function outputsOf(outputs: readonly number[], side: string, ids: readonly string[], { model: { output } }: GatePlan): Float64Array {
  const column = Float64Array.from(outputs);
  if (output.kind === 'regression') return column;
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (value >= 0 && value <= 1) continue;
    if (value >= -ROUNDING_MAX && value <= 1 + ROUNDING_MAX) column[row] = Math.min(1, Math.max(0, value));
    else if (Number.isFinite(value)) {
      const advice = '--output-tensor and --output-column say where it stands, --output-kind regression that it is an estimate';
      throw new GateError(
        `the output of the ${side} for the row ${JSON.stringify(ids[row])} is ${value}, which is no probability; ${advice}`,
      );
    }
  }
  return column;
}

function recordedOf(
  { champion, challenger, truth }: OutputColumns,
  { model: { output }, challenger: { threshold } }: GatePlan,
  pairs: number,
): Pick<Comparison, 'championQuality' | 'challengerQuality'> {
  if (pairs === 0) return { championQuality: {}, challengerQuality: {} };
  // The same rows for both: what one of them did not score says nothing of the other.
  const both = Float64Array.from(truth, (value, row) => (isOutput(champion[row]!) && isOutput(challenger[row]!) ? value : NaN));
  const of = (outputs: Float64Array, at: number) =>
    recordedQuality(outputs, both, { outputColumn: 'output', groundTruthColumn: 'ground truth', outputKind: output.kind, threshold: at }) ??
    {};
  // A regression has no threshold: the default satisfies the check.
  const own = output.kind === 'regression' ? 0.5 : output.threshold;
  return { championQuality: of(champion, own), challengerQuality: of(challenger, output.kind === 'regression' ? own : (threshold ?? own)) };
}

function worstRowsOf({ champion, challenger, truth }: OutputColumns, ids: readonly string[]): readonly WorstRow[] {
  const lossOf = (row: number) => (challenger[row]! - truth[row]!) ** 2 - (champion[row]! - truth[row]!) ** 2;
  const rows: { readonly row: number; readonly loss: number }[] = [];
  for (let row = 0; row < truth.length; row++) {
    const loss = lossOf(row);
    if (!(loss > 0) || (rows.length === WORST_ROWS_MAX && loss <= rows.at(-1)!.loss)) continue;
    const at = rows.findIndex((other) => other.loss < loss);
    rows.splice(at === -1 ? rows.length : at, 0, { row, loss });
    if (rows.length > WORST_ROWS_MAX) rows.pop();
  }
  return rows.map(({ row }) => ({ id: ids[row]!, champion: champion[row]!, challenger: challenger[row]!, truth: truth[row]! }));
}
