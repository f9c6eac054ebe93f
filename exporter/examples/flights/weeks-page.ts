import type { IntervalReading, Reading } from '@modelwatch/core';
import { CONFIDENCE, type Counts, type QualityName, type Week } from './quality-by-week.js';

/** From here on most of a week is warmer than nearly all of training. */
const WARM_PSI = 5;

/** The page: a picture, what it shows, and every week as a row. */
export function weeksPage(weeks: readonly Week[], { asItWas, withWinterWeather }: { readonly asItWas: Counts; readonly withWinterWeather: Counts }): string {
  const warm = weeks.filter(({ drift: { temp } }) => temp.kind === 'measured' && temp.value >= WARM_PSI);
  const winter = weeks.filter(({ drift: { temp } }) => temp.kind === 'measured' && temp.value < WARM_PSI);
  return `# Flights: estimated against realised quality by week

<!-- Made by \`node exporter/dist/examples/flights/weeks.js\`; a test makes it again. -->

How right is an [estimate](quality/estimated-quality.md) before ground truth comes? The flights of April to December 2013 go through the champion, a logistic
regression that knows January to March, and are counted week by week with the counters of the sidecar: what it expects as a plane leaves, and what came
true once it had landed.

![Estimated and realised AUC and accuracy by week](flights-by-week.svg)

## What it shows

The estimate is too high, and most of all in the warm months. It lay within the ${100 * CONFIDENCE} % interval of what was realised in ${hits(weeks, 'auc')} weeks by AUC and in
${hits(weeks, 'accuracy')} by accuracy. Only weeks with 100 late flights, and 100 expected ones, have both AUCs.

| weeks | AUC within | mean error of AUC | accuracy within | mean error of accuracy | flights late | expected late |
|---|---|---|---|---|---|---|
${[['temperature drifted, PSI of `temp` at least 5', warm] as const, ['the others', winter] as const].map(([name, those]) => groupRow(name, those)).join('\n')}

The scores rank the flights nearly as well as ever; what fails is the calibration that the estimate rests on. It says how often a score comes true, and was
learnt in winter. The champion learnt there that warm days are punctual ones, and goes on along that line to temperatures that it has never seen: its summer
scores are too low, and too sure. May to September once more, with temperature and dew point held at their means in training, all else as it was:

| May to September | estimated AUC | realised AUC | expected late | late |
|---|---|---|---|---|
| as it was | ${number(asItWas.estimated.auc)} | ${number(asItWas.realised.auc)} | ${share(asItWas.lateExpected, asItWas)} | ${share(asItWas.late, asItWas)} |
| with winter's temperature and dew point | ${number(withWinterWeather.estimated.auc)} | ${number(withWinterWeather.realised.auc)} | ${share(withWinterWeather.lateExpected, withWinterWeather)} | ${share(withWinterWeather.late, withWinterWeather)} |

Then the estimated AUC is the realised one, and the realised one is better too; how many are late is now expected too high, for summer is not winter either. So this is no
fault of the counting, and no estimate from scores can find it: they are all it has. What does find it without ground truth is drift of the features: \`temp\` goes to a PSI of 8, and in
July nearly all of it is beyond what training has seen (\`modelwatch_feature_out_of_range_total\`). Where a feature that matters leaves its range, take the estimate for an upper bound.

What no feature knows stays unseen in any season. In the week of 22 April controllers were on furlough: accuracy was the worst of all weeks, and the estimated one did not move. The week of
18 November has the worst AUC, with hardly any drift. The last week has too few flights with a temperature for either group.

## Every week

Expected late is the sum of the calibrated scores. \`–\` is too little data, never 0.

| week of | flights | late | expected late | estimated AUC | realised AUC | interval | estimated accuracy | realised accuracy | interval | PSI of \`temp\` | PSI of \`dep_delay\` |
|---|---|---|---|---|---|---|---|---|---|---|---|
${weeks.map(weekRow).join('\n')}
`;
}

const weekRow = ({ monday, flights, late, lateExpected, estimated, realised, drift }: Week): string =>
  row([
    monday,
    String(flights),
    String(late),
    lateExpected.toFixed(0),
    ...(['auc', 'accuracy'] as const).flatMap((name) => [number(estimated[name]), number(realised[name]), interval(realised[name])]),
    number(drift.temp, 2),
    number(drift.dep_delay, 2),
  ]);

function groupRow(name: string, weeks: readonly Week[]): string {
  const sum = (of: (week: Week) => number) => weeks.reduce((total, week) => total + of(week), 0);
  const flights = sum((week) => week.flights);
  const ofQuality = (['auc', 'accuracy'] as const).flatMap((quality) => [hits(weeks, quality), meanError(weeks, quality)]);
  const late = [sum((week) => week.late), sum((week) => week.lateExpected)].map((count) => share(count, { flights }));
  return row([`${name} (${weeks.length})`, ...ofQuality, ...late]);
}

/** How many of the weeks that have both had the estimate within the interval. */
function hits(weeks: readonly Week[], name: QualityName): string {
  const both = pairs(weeks, name);
  return `${both.filter(([estimated, { lower, upper }]) => estimated >= lower && estimated <= upper).length} of ${both.length}`;
}

function meanError(weeks: readonly Week[], name: QualityName): string {
  const both = pairs(weeks, name);
  const mean = both.reduce((sum, [estimated, { value }]) => sum + estimated - value, 0) / both.length;
  return `${mean > 0 ? '+' : ''}${mean.toFixed(3)}`;
}

function pairs(weeks: readonly Week[], name: QualityName) {
  return weeks.flatMap(({ estimated: { [name]: estimated }, realised: { [name]: realised } }) =>
    estimated.kind === 'measured' && realised.kind === 'measured' ? [[estimated.value, realised] as const] : [],
  );
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const number = (reading: Reading | IntervalReading, digits = 3): string => (reading.kind === 'measured' ? reading.value.toFixed(digits) : '–');
const interval = (reading: IntervalReading): string =>
  reading.kind === 'measured' ? `${reading.lower.toFixed(3)} to ${reading.upper.toFixed(3)}` : '–';
const share = (count: number, { flights }: Pick<Counts, 'flights'>): string => `${((100 * count) / flights).toFixed(1)} %`;
