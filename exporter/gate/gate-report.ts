import path from 'node:path';
import type { RolloutCriteria, Verdict } from '@modelwatch/core';
import type { SourceFile } from '../baseline/row.js';
import { packageVersion } from '../package-version.js';
import type { WorstRow } from './compare-models.js';
import type { SliceComparison } from './compare-slices.js';
import type { GatePlan } from './gate-plan.js';
import type { GoldenFinding } from './golden-parity.js';
import type { InputParity } from './input-parity.js';
import type { Evidence, GateCheck, GateJudgement, GateOutcome } from './judge.js';
import type { CallCounts } from './score-rows.js';

/** The exit code of each outcome. */
export const EXIT_CODES = { passes: 0, rejected: 1, undetermined: 2 } as const satisfies Record<GateOutcome, number>;

/** What `--json` writes. Without a time: the same files give the same report, but for the latency. */
export interface GateReport {
  readonly schemaVersion: 1;
  readonly tool: string;
  readonly model: string;
  readonly outcome: GateOutcome;
  readonly exitCode: 0 | 1 | 2;
  readonly reason: string;
  readonly sentence: string;
  readonly verdict: Verdict;
  readonly checks: readonly GateCheck[];
  readonly champion: VersionReport;
  readonly challenger: VersionReport;
  readonly sizeRatio: number;
  readonly inputs: InputParity;
  readonly data: {
    readonly files: readonly SourceFile[];
    readonly rows: number;
    readonly judged: number;
    readonly withoutGroundTruth: number;
  };
  readonly outputs: {
    readonly compared: number;
    readonly disagreed: number;
    readonly differenceMean: number | null;
    readonly differenceMax: number | null;
  };
  readonly quality: {
    readonly meaning: RolloutCriteria['quality'];
    readonly gain: Evidence['comparison']['gain'];
    readonly mcnemar: Evidence['comparison']['mcnemar'] | null;
  };
  readonly slices: readonly SliceComparison[];
  readonly worstRows: readonly WorstRow[];
  readonly latency: LatencyReport | null;
  readonly criteria: RolloutCriteria;
}

export interface VersionReport {
  readonly version: string;
  readonly file: string;
  readonly digest: string;
  readonly bytes: number;
  readonly calls: CallCounts;
  readonly goldenRows: GoldenFinding;
  readonly quality: Readonly<Record<string, number>>;
}

export interface LatencyReport {
  readonly pairs: number;
  readonly champion: Quantiles;
  readonly challenger: Quantiles;
}

/** In seconds. */
export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
}

export interface ReportParts {
  readonly plan: GatePlan;
  readonly evidence: Evidence;
  readonly judgement: GateJudgement;
  readonly digests: { readonly champion: string; readonly challenger: string };
  /** Known where the files were read to their end. */
  readonly files: readonly SourceFile[];
}

export function reportOf({ plan, evidence, judgement, digests, files }: ReportParts): GateReport {
  const { model, challenger, championOnnx, bars } = plan;
  const { scored, comparison, latency } = evidence;
  const { outcome, reason, checks, verdict } = judgement;
  const { agreement } = comparison;
  const rows = scored.ids.length;
  return {
    schemaVersion: 1,
    tool: `modelwatch ${packageVersion()}`,
    model: model.name,
    outcome,
    exitCode: EXIT_CODES[outcome],
    reason,
    sentence: sentenceOf(judgement),
    verdict: verdict.verdict,
    checks,
    champion: {
      version: model.champion.version,
      file: path.basename(championOnnx.path),
      digest: `sha256:${digests.champion}`,
      bytes: evidence.championBytes,
      calls: scored.championCalls,
      goldenRows: evidence.championGolden,
      quality: comparison.championQuality,
    },
    challenger: {
      version: challenger.version,
      file: path.basename(challenger.onnx.path),
      digest: `sha256:${digests.challenger}`,
      bytes: evidence.challengerBytes,
      calls: scored.challengerCalls,
      goldenRows: evidence.challengerGolden,
      quality: comparison.challengerQuality,
    },
    sizeRatio: evidence.challengerBytes / evidence.championBytes,
    inputs: evidence.inputs,
    data: { files, rows, judged: comparison.quality.count, withoutGroundTruth: scored.truth.filter(Number.isNaN).length },
    outputs: {
      compared: agreement.count,
      disagreed: agreement.disagreed,
      differenceMean: agreement.count === 0 ? null : agreement.differences.sum / agreement.count,
      differenceMax: comparison.differenceMax ?? null,
    },
    quality: {
      meaning: bars.criteria.quality,
      gain: comparison.gain,
      mcnemar: model.output.kind === 'regression' ? null : comparison.mcnemar,
    },
    slices: comparison.slices,
    worstRows: comparison.worstRows,
    latency:
      latency === undefined || latency.champion.length === 0
        ? null
        : {
            pairs: latency.champion.length,
            champion: quantilesOf(latency.champion),
            challenger: quantilesOf(latency.challenger),
          },
    criteria: bars.criteria,
  };
}

const WHY: Readonly<Record<GateCheck['state'], string>> = {
  met: '',
  breached: '',
  open: 'neither shown to hold nor shown not to: ',
  insufficient_data: 'too little data: ',
  void: 'the comparison is void: ',
};

/** The outcome and what decided it, in a sentence. */
export function sentenceOf({ outcome, reason, checks }: Pick<GateJudgement, 'outcome' | 'reason' | 'checks'>): string {
  const decisive = checks.find(({ check }) => check === reason);
  const opening = { passes: 'The challenger passes', rejected: 'The challenger is rejected', undetermined: 'The gate cannot tell' }[
    outcome
  ];
  return decisive === undefined ? `${opening}: every check is met.` : `${opening}: ${WHY[decisive.state]}${decisive.text}.`;
}

function quantilesOf(ascending: Float64Array): Quantiles {
  const at = (share: number) => ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))]!;
  let sum = 0;
  for (const seconds of ascending) sum += seconds;
  return { mean: sum / ascending.length, p50: at(0.5), p99: at(0.99) };
}
