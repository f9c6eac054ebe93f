import type { DataFrame, QueryResultMetaNotice } from '@grafana/data';
import type { ApiSlice, ApiSliceValue, IntervalReading, Reading, SlicesAnswer } from '@modelwatch/core';
import { worseFrom } from '../frames/bars';
import { Column, COUNT, frameOf, number, text } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { qualityScale } from '../frames/quality-scale';
import { coloured, REASONS, valueOf } from '../frames/verdicts';

/** One quality of one slice. */
interface SliceRow {
  readonly slice: string;
  readonly value: string;
  readonly metric: string;
  readonly quality: IntervalReading | Reading;
  /** Of the quality that slices are ranked by alone. */
  readonly gap?: IntervalReading;
  readonly count: number;
}

/** `ranked`: the quality that slices are ranked by. `all`: every quality in the unit of that one. */
export type Metrics = 'ranked' | 'all';

/** In the unit of a share; the others are in that of the output. */
const SHARES = ['accuracy', 'precision', 'recall', 'f1', 'auc'];
const ERRORS = ['meanAbsoluteError', 'rootMeanSquaredError', 'bias'];

const OUTSIDE_CHANCE = 'worse';
const WITHIN_CHANCE = 'quiet';

/** A row a slice value, the worst for certain first: by the lower bound of how much worse than the whole it is. */
export function slicesFrame(answer: SlicesAnswer, refId: string, metrics: Metrics = 'ranked'): DataFrame {
  const rows = answer.slices
    .flatMap(({ slice, by, worst }) => worst.map((one) => ({ slice, by, one })))
    .sort((a, b) => certainGap(b.one) - certainGap(a.one) || b.one.cases - a.one.cases)
    .flatMap(({ slice, by, one }) => rowsOf(slice, by, one, metrics));
  const isOfErrors = answer.slices.some(({ by }) => by === 'absolute-error');
  return frameOf<SliceRow>({ refId, name: 'slices', rows, notices: noticesOf(answer), columns: columnsOf(answer, isOfErrors) });
}

const certainGap = ({ gap }: ApiSliceValue) => (gap.kind === 'measured' ? gap.lower : -Infinity);

function rowsOf(slice: string, by: string, one: ApiSliceValue, metrics: Metrics): SliceRow[] {
  const ranked: SliceRow = { slice, value: one.value, metric: by, quality: one.quality, gap: one.gap, count: one.cases };
  if (metrics === 'ranked') {
    return [ranked];
  }
  const others = (by === 'absolute-error' ? ERRORS.slice(1) : SHARES.filter((name) => name !== by)).flatMap((metric) => {
    const quality = one.readings[metric];
    return quality === undefined ? [] : [{ slice, value: one.value, metric, quality, count: one.counts.joined }];
  });
  return [ranked, ...others];
}

const lowerOf = (reading: IntervalReading | Reading | undefined) =>
  reading?.kind === 'measured' && 'lower' in reading ? reading.lower : undefined;
const upperOf = (reading: IntervalReading | Reading | undefined) =>
  reading?.kind === 'measured' && 'upper' in reading ? reading.upper : undefined;

function columnsOf({ model, version }: SlicesAnswer, isOfErrors: boolean): Array<Column<SliceRow>> {
  const unit = isOfErrors ? 'none' : 'percentunit';
  return [
    text('model', 'The model.', () => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version whose predictions are counted.', () => version),
    text('slice', 'Name of the slice; the worst of its values for certain first.', ({ slice }) => slice, { links: [DEBUG_BOARD] }),
    text('sliceValue', 'Its value.', ({ value }) => value, { displayName: 'slice value', links: [DEBUG_BOARD] }),
    text('metric', 'Which quality.', ({ metric }) => metric),
    number('value', 'The quality; empty where there is too little to tell.', ({ quality }) => valueOf(quality), {
      unit,
      ...qualityScale(isOfErrors),
    }),
    number('lower', 'Lower end of its interval.', ({ quality }) => lowerOf(quality), { unit }),
    number('upper', 'Upper end of its interval.', ({ quality }) => upperOf(quality), { unit }),
    number('gap', 'How much worse than the whole; of errors, how much greater, as a ratio. Above 0 is worse.', ({ gap }) => valueOf(gap), {
      unit: 'percentunit',
    }),
    number('gapLower', 'How much worse it is for certain: lower end of the interval of the gap.', ({ gap }) => lowerOf(gap), {
      displayName: 'gap, at least',
      unit: 'percentunit',
      thresholds: worseFrom([Number.EPSILON, 'red']),
    }),
    number('gapUpper', 'Upper end of the interval of the gap.', ({ gap }) => upperOf(gap), {
      displayName: 'gap, at most',
      unit: 'percentunit',
    }),
    number('count', 'Joined predictions that the quality is a share or a mean of.', ({ count }) => count, COUNT),
    text(
      'verdict',
      'Whether the slice is worse than the whole beyond what chance explains; empty for qualities without a gap.',
      ({ gap }) => verdictOf(gap),
      { mappings: coloured({ [OUTSIDE_CHANCE]: 'red', [WITHIN_CHANCE]: 'green' }) },
    ),
  ];
}

function verdictOf(gap: IntervalReading | undefined): string | undefined {
  if (gap?.kind === 'undetermined') {
    return REASONS[gap.reason];
  }
  return gap && (gap.lower > 0 ? OUTSIDE_CHANCE : WITHIN_CHANCE);
}

function noticesOf({ slices }: SlicesAnswer): QueryResultMetaNotice[] {
  if (slices.length === 0) {
    return [{ severity: 'info', text: 'The configuration of this model names no slices.' }];
  }
  return slices.flatMap(({ slice, worst, values, other, next }: ApiSlice): QueryResultMetaNotice[] => [
    ...(next === undefined
      ? []
      : [{ severity: 'warning' as const, text: `Of ${values} values of ${slice} the worst ${worst.length} are shown.` }]),
    ...(other === null
      ? []
      : [{ severity: 'info' as const, text: `${other.counts.joined} predictions have values of ${slice} beyond those that are kept.` }]),
  ]);
}
