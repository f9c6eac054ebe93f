import type { Criterion, CriterionReading, RolloutVerdict } from './rollout-verdict.js';

const NAMES: Readonly<Record<Criterion, string>> = {
  failures: 'the share of failed calls',
  missing_outputs: 'the share of missing outputs',
  latency: 'the mean scoring time as a multiple of that of the champion',
  disagreement: 'the share of predictions on which the two disagree',
  quality_loss: 'the gain of quality',
  quality_gain: 'the gain of quality',
};

/**
 * A verdict and its reason as one sentence, for reports: the numbers to three digits, with the interval and the bar.
 *
 * @example verdictText({ verdict: 'insufficient_data', reason: 'latency', criteria: [{ criterion: 'latency', state: 'insufficient_data', bar: 2, count: 40, reading: { kind: 'undetermined', reason: 'insufficient_data' } }] }) // 'insufficient_data: the mean scoring time as a multiple of that of the champion has too few cases, 40'
 */
export function verdictText({ verdict, reason, criteria }: RolloutVerdict): string {
  const decisive = criteria.find(({ criterion }) => criterion === reason);
  if (decisive === undefined) return `${verdict}: every criterion is met`;
  return `${verdict}: ${NAMES[decisive.criterion]} ${predicate(decisive)}`;
}

function predicate({ criterion, state, reading, bar, count }: CriterionReading): string {
  if (state === 'insufficient_data') return `has too few cases, ${count}`;
  if (reading.kind === 'undetermined') return `is undefined for these ${count}`;
  const [value, lower, upper] = [reading.value, reading.lower, reading.upper].map(digits);
  const is = `is ${value!} (${lower!} to ${upper!}) among ${count}`;
  const ofQuality = criterion === 'quality_loss' || criterion === 'quality_gain';
  if (state === 'breached') return `${is}, ${ofQuality ? 'below' : 'above'} ${digits(bar)}`;
  return `${is}, not shown to be ${ofQuality ? 'above' : 'within'} ${digits(bar)}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
