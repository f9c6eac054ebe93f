import { confidenceStandardErrors } from '../../math/index.js';
import { DISCORDANT_CHI_SQUARE_MIN, PAIRS_MIN, type Criterion } from '../../rollout/index.js';
import { indent, MODEL_LABELS, number, summedIncrease, wilsonBound } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import { only, type RolloutSeries } from './rollout-rules.js';
import { DISAGREED, FAILED, TRIED } from './shadow.js';

const ON = `on (${MODEL_LABELS})`;
const SHARES = 'criterion=~"failures|missing_outputs|disagreement"';
/** Below it a mean is no time that was measured. */
const MEAN_SECONDS_MIN = 1e-12;

/** Every reading of the verdict, as in the core: counts, values, and bounds at the confidence of the configuration. */
export function readings(series: RolloutSeries): readonly RecordingRule[] {
  return [...counts(series), ...shares(series), ...latency(series), ...quality(series)];
}

const sum = ({ select, window }: RolloutSeries, metric: string, ...matchers: string[]) =>
  summedIncrease(MODEL_LABELS, select(`modelwatch_shadow_${metric}_total`, ...matchers), window);

/** Of every challenger that is watched now, from 0 on; of one that is gone, nothing. */
function counts(series: RolloutSeries): RecordingRule[] {
  const watched = `group by (${MODEL_LABELS}) (${series.select('modelwatch_model_info', 'role="challenger"')})`;
  const rule = (metric: string, criterion: Criterion, counted: string): RecordingRule => ({
    record: series.criterionName(metric),
    expr: `(\n${indent(counted)}\n  and ${ON}\n  ${watched}\n)\nor\n0 * ${watched}`,
    labels: { criterion },
  });
  const pairs = sum(series, 'agreement');
  const missing = sum(series, 'output_missing', 'side="challenger"');
  const judged = sum(series, 'paired');
  return [
    rule('count', 'failures', sum(series, 'outcomes', TRIED)),
    rule('count', 'missing_outputs', `${pairs}\n+\n${missing}`),
    rule('count', 'latency', sum(series, 'latency_difference_bin')),
    rule('count', 'disagreement', pairs),
    rule('count', 'quality_loss', judged),
    rule('count', 'quality_gain', judged),
    rule('cases', 'failures', sum(series, 'outcomes', FAILED)),
    rule('cases', 'missing_outputs', missing),
    rule('cases', 'disagreement', sum(series, 'agreement', DISAGREED)),
  ];
}

/** Failures, missing outputs and disagreement, with Wilson's bounds. */
function shares({ by, criterionName, criteria }: RolloutSeries): RecordingRule[] {
  const [value, count] = [by('value', SHARES), by('count', SHARES)];
  const z = confidenceStandardErrors(criteria.confidence);
  return [
    { record: criterionName('value'), expr: `${by('cases', SHARES)}\n/\n(${count} >= ${PAIRS_MIN})` },
    { record: criterionName('lower'), expr: `clamp_min(\n${indent(wilsonBound(value, count, z, '-'))},\n  0\n)` },
    { record: criterionName('upper'), expr: `clamp_max(\n${indent(wilsonBound(value, count, z, '+'))},\n  1\n)` },
  ];
}

/** The ratio of mean latencies, its bounds by the standard error of its logarithm; and their difference in seconds. */
function latency(series: RolloutSeries): RecordingRule[] {
  const { name, by, criterionName, criteria, select } = series;
  const z = number(confidenceStandardErrors(criteria.confidence));
  const count = by('count', only('latency'));
  const enough = `${count} >= ${PAIRS_MIN}`;
  const own = (metric: string) => select(name(metric));
  const [champion, challenger] = [own('champion_seconds'), own('challenger_seconds')];
  const [championSquared, challengerSquared] = [own('champion_latency_squared'), own('challenger_latency_squared')];
  const squared = own('latency_difference_squared');
  const error = own('latency_log_standard_error');
  const measured = [champion, challenger].map((seconds) => `and ${ON}\n${seconds} / ${ON} ${count} >= ${MEAN_SECONDS_MIN}`);
  const labels = { criterion: 'latency' };
  const [difference, differenceError] = [own('latency_difference_seconds'), own('latency_difference_standard_error_seconds')];
  return [
    ...[
      'champion_seconds',
      'challenger_seconds',
      'champion_latency_squared',
      'challenger_latency_squared',
      'latency_difference_squared',
    ].map((metric) => ({ record: name(metric), expr: sum(series, metric) })),
    {
      record: criterionName('value'),
      expr: `${challenger} / ${champion}\nand ${ON}\n${enough}\n${measured.join('\n')}`,
      labels,
    },
    {
      record: name('latency_log_standard_error'),
      expr: `sqrt(\n  clamp_min(\n    ${challengerSquared} / ${challenger} ^ 2\n    + ${championSquared} / ${champion} ^ 2\n    - (${championSquared} + ${challengerSquared} - ${squared}) / (${champion} * ${challenger}),\n    0\n  )\n  * ${ON} ${count}\n  / ${ON} (${count} - 1)\n)`,
    },
    ...(['lower', 'upper'] as const).map((bound) => ({
      record: criterionName(bound),
      expr: `${by('value', only('latency'))}\n* ${ON}\nexp(${bound === 'lower' ? '-' : ''}${z} * ${error})`,
      labels,
    })),
    { record: name('latency_difference_seconds'), expr: `(${challenger} - ${champion})\n/ ${ON}\n(${enough})` },
    {
      record: name('latency_difference_standard_error_seconds'),
      expr: `sqrt(\n  clamp_min(\n    ${squared} / ${ON} (${enough})\n    - ${difference} ^ 2,\n    0\n  )\n  / ${ON} (${count} - 1)\n)`,
    },
    { record: name('latency_difference_seconds_lower'), expr: `${difference} - ${z} * ${differenceError}` },
    { record: name('latency_difference_seconds_upper'), expr: `${difference} + ${z} * ${differenceError}` },
  ];
}

/** The gain of quality with its bounds, and McNemar's statistic. */
function quality(series: RolloutSeries): RecordingRule[] {
  const { name, by, criterionName, criteria, select } = series;
  const count = by('count', only('quality_gain'));
  const [championOnly, challengerOnly] = [select(name('champion_only_right')), select(name('challenger_only_right'))];
  const gain = (bound: string) => select(name(`quality_gain${bound}`));
  const z = number(confidenceStandardErrors(criteria.confidence));
  return [
    { record: name('champion_only_right'), expr: sum(series, 'paired', 'outcome="champion_only_right"') },
    { record: name('challenger_only_right'), expr: sum(series, 'paired', 'outcome="challenger_only_right"') },
    { record: name('mcnemar_chi_square'), expr: mcnemarChiSquare(championOnly, challengerOnly, `${ON}\n${count}`) },
    ...(criteria.quality === 'accuracy'
      ? accuracyGain((bound) => name(`quality_gain${bound}`), { championOnly, challengerOnly, count, on: `${ON} ` }, z)
      : lossGain(series, z)),
    ...(['quality_loss', 'quality_gain'] as const).flatMap((criterion) =>
      (['value', 'lower', 'upper'] as const).map((metric) => ({
        record: criterionName(metric),
        expr: gain(metric === 'value' ? '' : `_${metric}`),
        labels: { criterion },
      })),
    ),
  ];
}

/** Edwards' statistic of the pairs in which one alone was right, from 25 of them on; `count` with how it is matched. */
export function mcnemarChiSquare(championOnly: string, challengerOnly: string, count: string): string {
  return `clamp_min(abs(${championOnly} - ${challengerOnly}) - 1, 0) ^ 2\n/\n(${championOnly} + ${challengerOnly} >= ${DISCORDANT_CHI_SQUARE_MIN})\nand ${count} >= ${PAIRS_MIN}`;
}

export interface AccuracyCounts {
  readonly championOnly: string;
  readonly challengerOnly: string;
  /** All pairs, right and wrong. */
  readonly count: string;
  /** How they are matched with the others: empty where the labels are the same. */
  readonly on: string;
}

/** Difference of accuracies with the bounds of Bonett and Price; `name` makes the name of the value and of each bound. */
export function accuracyGain(
  name: (bound: '' | '_lower' | '_upper') => string,
  { championOnly, challengerOnly, count, on }: AccuracyCounts,
  z: string,
): RecordingRule[] {
  const difference = `(${challengerOnly} - ${championOnly})`;
  const total = `${on}((${count} >= ${PAIRS_MIN}) + 2)`;
  const middle = `${difference} / ${total}`;
  const half = `${z} * sqrt(\n    (\n      (${challengerOnly} + ${championOnly} + 2) / ${total}\n      - (${middle}) ^ 2\n    )\n    / ${total}\n  )`;
  return [
    { record: name(''), expr: `${difference}\n/ ${on}(${count} >= ${PAIRS_MIN})` },
    { record: name('_lower'), expr: `clamp_min(\n  ${middle}\n  - ${half},\n  -1\n)` },
    { record: name('_upper'), expr: `clamp_max(\n  ${middle}\n  + ${half},\n  1\n)` },
  ];
}

/** Loss of the champion less that of the challenger; absent where an output was no probability. */
function lossGain(series: RolloutSeries, z: string): RecordingRule[] {
  const { name, select } = series;
  const own = (metric: string) => select(name(metric));
  const compared = `(${own('losses_compared')} >= ${PAIRS_MIN})`;
  const [gain, error] = [own('quality_gain'), own('quality_gain_standard_error')];
  return [
    { record: name('losses_compared'), expr: sum(series, 'losses_compared') },
    {
      record: name('quality_gain'),
      expr: `(\n  ${sum(series, 'less_loss')}\n  - ${sum(series, 'more_loss')}\n)\n/\n${compared}\nunless\n${sum(series, 'loss_missing')} > 0`,
    },
    {
      record: name('quality_gain_standard_error'),
      expr: `sqrt(\n  clamp_min(\n    ${sum(series, 'loss_difference_squared')} / ${compared}\n    - ${gain} ^ 2,\n    0\n  )\n  / (${own('losses_compared')} - 1)\n)`,
    },
    { record: name('quality_gain_lower'), expr: `${gain} - ${z} * ${error}` },
    { record: name('quality_gain_upper'), expr: `${gain} + ${z} * ${error}` },
  ];
}
