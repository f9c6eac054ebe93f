import { CRITERIA, type Criterion, type CriterionState, type Verdict } from '../../rollout/index.js';
import { MODEL_LABELS, number } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import { matcherOf } from '../selector.js';
import { CRITERION_LABELS, only, type RolloutSeries } from './rollout-rules.js';

const RATIOS = 'criterion=~"failures|missing_outputs|latency|disagreement"';
const stateName = (window: string) => `model_version_role_criterion_state:modelwatch_rollout_state:${window}`;
const [LOSS, GAIN] = [only('quality_loss'), only('quality_gain')];

/**
 * What the readings amount to, by the rule of the core: where each criterion stands, and the verdict. Here, and nowhere else among the recording
 * rules, bars are compared with, for the verdict is itself what is recorded.
 */
export function verdict(series: RolloutSeries): readonly RecordingRule[] {
  return [...bars(series), ...states(series), ...verdicts(series)];
}

/** The bar of each criterion that is judged. One without a bar takes no part. */
function bars({ by, criterionName, criteria, agreementVersions }: RolloutSeries): RecordingRule[] {
  const barOf: Readonly<Record<Criterion, number | undefined>> = {
    failures: criteria.failureRatioMax,
    missing_outputs: criteria.failureRatioMax,
    latency: criteria.latencyRatioMax,
    disagreement: agreementVersions?.length === 0 ? undefined : criteria.disagreementRatioMax,
    quality_loss: -criteria.qualityLossMax,
    quality_gain: criteria.qualityGainMin,
  };
  return CRITERIA.flatMap((criterion) => {
    const bar = barOf[criterion];
    if (bar === undefined) return [];
    const isOfSome = criterion === 'disagreement' && agreementVersions !== undefined;
    const matcher = isOfSome ? `${only(criterion)},${matcherOf('version', agreementVersions)}` : only(criterion);
    return [{ record: criterionName('bar'), expr: `0 * ${by('count', matcher)} + ${number(bar)}`, labels: { criterion } }];
  });
}

/** Where each criterion stands: one series each, of value 1, with the label `state`. */
function states({ by, criterionName, criteria, select, window }: RolloutSeries): RecordingRule[] {
  const { pairsMin } = criteria;
  const [count, bar] = [select(criterionName('count')), select(criterionName('bar'))];
  const state = (name: CriterionState, expr: string): RecordingRule => ({
    record: stateName(window),
    expr: `group by (${CRITERION_LABELS}) (\n  ${expr}\n)`,
    labels: { state: name },
  });
  const known = (matcher: string) => select(stateName(window), matcher);
  // Where a share is 0 or 1, rounding alone must not put a bound beyond it.
  const breached = `${by('lower', RATIOS)} > ${by('bar', RATIOS)} and ${by('value', RATIOS)} > ${by('bar', RATIOS)}`;
  const within = `${by('upper', RATIOS)} <= ${by('bar', RATIOS)} or (${by('value', RATIOS)} == 0 and ${by('bar', RATIOS)} == 0)`;
  const gain = `${by('lower', LOSS)} >= ${by('bar', LOSS)} or ${by('lower', GAIN)} > ${by('bar', GAIN)}`;
  return [
    state('insufficient_data', `${count} < ${pairsMin} and ${bar}`),
    state('breached', `(${breached} or ${by('upper', LOSS)} < ${by('bar', LOSS)})\n  and ${count} >= ${pairsMin}`),
    state('met', `(${within} or ${gain})\n  and ${count} >= ${pairsMin}`),
    state('open', `${bar}\n  unless ignoring (state) ${known('state=~"insufficient_data|breached|met"')}`),
  ];
}

/** One series a verdict, of which one is 1 and the others are 0, for every challenger that is watched. */
function verdicts({ by, select, window }: RolloutSeries): RecordingRule[] {
  const known = (matcher: string) => select(stateName(window), matcher);
  const some = (matcher: string) => `group by (${MODEL_LABELS}) (${known(matcher)})`;
  const unless = (matcher: string) => `unless on (${MODEL_LABELS}) ${known(matcher)}`;
  const rule = (name: Verdict, expr: string): RecordingRule => ({
    record: `model_version_role_verdict:modelwatch_rollout_verdict:${window}`,
    expr: `${expr}\nor\n0 * max by (${MODEL_LABELS}) (${by('count', GAIN)})`,
    labels: { verdict: name },
  });
  return [
    rule('reject', some('state="breached"')),
    rule('insufficient_data', `${some('state="insufficient_data"')}\n${unless('state="breached"')}`),
    rule('hold', `${some('state="open"')}\n${unless('state=~"breached|insufficient_data"')}`),
    rule('promote', `${some('state="met"')}\n${unless('state!="met"')}`),
  ];
}
