import { rolloutVerdict, type Criterion, type CriterionState, type IntervalReading, type RolloutVerdict } from '@modelwatch/core';
import type { Comparison } from './compare-models.js';
import type { GatePlan } from './gate-plan.js';
import type { GoldenFinding } from './golden-parity.js';
import { isSame, type InputParity } from './input-parity.js';
import type { MeasuredLatency } from './measure-latency.js';
import type { CallCounts, ScoredRows } from './score-rows.js';
import { checkText, digits, joined } from './check-text.js';

/** What the gate finds of a pair of models. What was not reached is undefined. */
export interface Evidence {
  readonly inputs: InputParity;
  readonly championGolden: GoldenFinding;
  readonly challengerGolden: GoldenFinding;
  readonly scored: ScoredRows;
  readonly comparison: Comparison;
  readonly latency: MeasuredLatency | undefined;
  readonly championBytes: number;
  readonly challengerBytes: number;
}

/** Everything a gate checks, in the order in which they give the reason. */
export const GATE_CHECKS = [
  ...['champion_answers', 'champion_golden_rows', 'inputs', 'challenger_golden_rows', 'answers'],
  ...['failures', 'missing_outputs', 'latency', 'disagreement', 'quality_loss', 'slice_loss', 'size', 'quality_gain'],
] as const;

export interface GateCheck {
  readonly check:
    'champion_answers' | 'champion_golden_rows' | 'inputs' | 'challenger_golden_rows' | 'answers' | 'slice_loss' | 'size' | Criterion;
  /** `void`: the champion itself is not what it should be, so that nothing is said of the challenger. */
  readonly state: CriterionState | 'void';
  readonly text: string;
  readonly reading?: IntervalReading;
  readonly bar?: number;
  readonly count?: number;
}

export type GateOutcome = 'passes' | 'rejected' | 'undetermined';

export interface GateJudgement {
  readonly outcome: GateOutcome;
  /** The check that decided; `all_met` where the challenger passes. */
  readonly reason: string;
  readonly checks: readonly GateCheck[];
  readonly verdict: RolloutVerdict;
}

/**
 * Passes where every check is met, which is to say that the verdict is `promote`. Rejected where one is breached. Undetermined where too little is
 * known, where a criterion is open (`hold`: neither shown to hold nor shown not to), and where the champion itself fails.
 */
export function judge(evidence: Evidence, plan: GatePlan): GateJudgement {
  const verdict = verdictOf(evidence, plan);
  const found = [...ownChecks(evidence, plan), ...criteriaChecks(verdict)];
  const checks = found.toSorted((a, b) => GATE_CHECKS.indexOf(a.check) - GATE_CHECKS.indexOf(b.check));
  const first = (...states: readonly GateCheck['state'][]) => checks.find(({ state }) => states.includes(state))?.check;
  const isVoid = first('void');
  if (isVoid !== undefined) return { outcome: 'undetermined', reason: isVoid, checks, verdict };
  const breached = first('breached');
  if (breached !== undefined) return { outcome: 'rejected', reason: breached, checks, verdict };
  const unknown = first('insufficient_data') ?? first('open');
  if (unknown !== undefined) return { outcome: 'undetermined', reason: unknown, checks, verdict };
  return { outcome: 'passes', reason: 'all_met', checks, verdict };
}

function verdictOf({ scored, comparison, latency }: Evidence, { bars }: GatePlan): RolloutVerdict {
  const { latencyRatioMax, ...others } = bars.criteria;
  const criteria = { ...others, ...(latencyRatioMax === undefined || latency === undefined ? {} : { latencyRatioMax }) };
  const { scored: answered, failed, timedOut } = scored.challengerCalls;
  const shadow = { scored: answered, failed, timedOut, dropped: 0, skipped: 0 };
  const { agreement, quality } = comparison;
  return rolloutVerdict({ agreement, quality, shadow, ...(latency === undefined ? {} : { latency: latency.pairs }) }, criteria);
}

function criteriaChecks({ criteria }: RolloutVerdict): GateCheck[] {
  return criteria.map(({ criterion, state, reading, bar, count }) => ({
    check: criterion,
    state,
    reading,
    bar,
    count,
    text: checkText(criterion, { reading, bar, count }),
  }));
}

function ownChecks(evidence: Evidence, plan: GatePlan): GateCheck[] {
  const { inputs, championGolden, challengerGolden, scored } = evidence;
  return [
    championAnswers(scored, plan),
    ...golden('champion_golden_rows', championGolden),
    { check: 'inputs', state: isSame(inputs) || plan.bars.inputsMayDiffer ? 'met' : 'breached', text: inputsText(inputs) },
    ...golden('challenger_golden_rows', challengerGolden),
    {
      check: 'answers',
      state: scored.cutShort === 'challenger_silent' ? 'breached' : 'met',
      text: callsText('the challenger', scored.challengerCalls, scored.cutShort === 'challenger_silent'),
    },
    ...sliceLoss(evidence, plan),
    ...size(evidence, plan),
  ];
}

/** A champion that fails where production goes on with it is compared with nothing. */
const CHAMPION_FAILURE_RATIO_MAX = 0.01;

function championAnswers({ championCalls, cutShort }: ScoredRows, { bars }: GatePlan): GateCheck {
  const { scored, failed, timedOut } = championCalls;
  const failures = failed + timedOut;
  const max = bars.criteria.failureRatioMax ?? CHAMPION_FAILURE_RATIO_MAX;
  const fails = cutShort === 'champion_silent' || failures > max * (scored + failures);
  return {
    check: 'champion_answers',
    state: fails ? 'void' : 'met',
    text: callsText('the champion', championCalls, cutShort === 'champion_silent'),
  };
}

function callsText(who: string, { scored, failed, timedOut, firstFailure }: CallCounts, silent: boolean): string {
  const all = scored + failed + timedOut;
  if (firstFailure === undefined) return `${who} answered all ${all} rows`;
  const ended = silent ? ', and none of the last: the rest was not tried' : '';
  return `${who} answered ${scored} of ${all} rows${ended}; row ${firstFailure.row}: ${firstFailure.message}`;
}

function golden(check: 'champion_golden_rows' | 'challenger_golden_rows', finding: GoldenFinding): GateCheck[] {
  if (finding.kind === 'none') return [];
  const { rows, failures, differenceMax } = finding.parity;
  const whose = check === 'champion_golden_rows' ? 'the champion' : 'the challenger';
  const text = `${whose} gives what training recorded for ${rows - failures} of ${rows} golden rows; largest difference ${differenceMax === undefined ? 'unknown' : digits(differenceMax)}`;
  const state = failures === 0 ? 'met' : check === 'champion_golden_rows' ? 'void' : 'breached';
  return [{ check, state, text, count: rows }];
}

function inputsText({ championOnly, challengerOnly, differing }: InputParity): string {
  const parts = [
    ...(championOnly.length === 0 ? [] : [`the champion alone takes ${joined(championOnly)}`]),
    ...(challengerOnly.length === 0 ? [] : [`the challenger alone takes ${joined(challengerOnly)}`]),
    ...(differing.length === 0
      ? []
      : [
          `other datatypes or shapes: ${joined(differing.map(({ name, champion, challenger }) => `${name} (${champion}, then ${challenger})`))}`,
        ]),
  ];
  return parts.length === 0 ? 'both take the same inputs' : parts.join('; ');
}

function sliceLoss({ comparison }: Evidence, { bars }: GatePlan): GateCheck[] {
  const { sliceLossMax } = bars;
  if (sliceLossMax === undefined) return [];
  const values = comparison.slices.flatMap(({ slice, values: all }) => all.map((value) => ({ slice, ...value })));
  const measured = values.filter(({ gainOfAll }) => gainOfAll.kind === 'measured');
  const worse = measured.filter(({ gainOfAll }) => gainOfAll.kind === 'measured' && gainOfAll.upper < -sliceLossMax);
  const text =
    worse.length === 0
      ? `none of ${measured.length} slices is shown to lose more than ${sliceLossMax}`
      : `more than ${sliceLossMax} is lost in ${joined(worse.map(({ slice, value }) => `${slice} ${value}`))}`;
  const state = worse.length > 0 ? 'breached' : measured.length === 0 ? 'insufficient_data' : 'met';
  return [{ check: 'slice_loss', state, bar: sliceLossMax, count: measured.length, text }];
}

function size({ championBytes, challengerBytes }: Evidence, { bars: { sizeRatioMax } }: GatePlan): GateCheck[] {
  if (sizeRatioMax === undefined) return [];
  const ratio = challengerBytes / championBytes;
  const text = `the file is ${digits(ratio)} times the champion's, at most ${sizeRatioMax}`;
  return [{ check: 'size', state: ratio <= sizeRatioMax ? 'met' : 'breached', bar: sizeRatioMax, text }];
}
