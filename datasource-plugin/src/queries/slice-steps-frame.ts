import type { DataFrame } from '@grafana/data';
import type { IntervalReading, SliceQualityAnswer } from '@modelwatch/core';
import { Column, COUNT, frameOf, number, text, time, toMilliseconds } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { qualityScale } from '../frames/quality-scale';
import { valueOf } from '../frames/verdicts';

type SliceStep = SliceQualityAnswer['slices'][number];

export interface SliceStepsForm {
  readonly refId: string;
  /** Absent: every version that answered in the time. */
  readonly version: string | undefined;
  readonly rankedBy: string | undefined;
}

const MEAN_ABSOLUTE_ERROR = 'mae';
/** How snapshots name the qualities that slices are ranked by. */
const QUALITY_OF: Readonly<Record<string, string>> = { accuracy: 'accuracy', recall: 'recall', 'absolute-error': MEAN_ABSOLUTE_ERROR };

/** A row a slice value and step, slices with the most joined predictions first, each in order of time. */
export function sliceStepsFrame(answer: SliceQualityAnswer, { refId, version, rankedBy }: SliceStepsForm): DataFrame {
  const wanted = answer.slices.filter((one) => version === undefined || one.version === version);
  const joined = new Map<string, number>();
  for (const one of wanted) {
    joined.set(keyOf(one), (joined.get(keyOf(one)) ?? 0) + one.joined);
  }
  const joinedOf = (one: SliceStep) => joined.get(keyOf(one)) ?? 0;
  const rows = [...wanted].sort(
    (a, b) => joinedOf(b) - joinedOf(a) || keyOf(a).localeCompare(keyOf(b)) || stepOf(a) - stepOf(b) || a.startSeconds - b.startSeconds,
  );
  const quality = QUALITY_OF[rankedBy ?? ''] ?? (isOfErrors(wanted) ? MEAN_ABSOLUTE_ERROR : 'accuracy');
  return frameOf<SliceStep>({ refId, name: 'slice steps', rows, notices: noticesOf(wanted), columns: columnsOf(answer, quality) });
}

const keyOf = ({ slice, value }: SliceStep) => JSON.stringify([slice, value]);
const stepOf = ({ stepStartSeconds = 0 }: SliceStep) => stepStartSeconds;

/** Of a regression there are errors, and no accuracy in any step. */
const isOfErrors = (steps: readonly SliceStep[]) =>
  !steps.some(({ quality }) => quality['accuracy']?.kind === 'measured') &&
  steps.some(({ quality }) => quality[MEAN_ABSOLUTE_ERROR]?.kind === 'measured');

function columnsOf({ model, stepSeconds = 0 }: SliceQualityAnswer, quality: string): Array<Column<SliceStep>> {
  const ofErrors = quality === MEAN_ABSOLUTE_ERROR;
  const unit = ofErrors ? 'none' : 'percentunit';
  const reading = (one: SliceStep): IntervalReading | undefined => one.quality[quality];
  const bound = (one: SliceStep, side: 'lower' | 'upper') => {
    const found = reading(one);
    return found?.kind === 'measured' ? found[side] : undefined;
  };
  return [
    time('time', 'End of the step.', (one) => toMilliseconds(stepOf(one) + stepSeconds)),
    text('model', 'The model.', () => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version whose predictions are counted.', ({ version }) => version),
    text('slice', 'Name of the slice; those with the most joined predictions first.', ({ slice }) => slice, { links: [DEBUG_BOARD] }),
    text('sliceValue', 'Its value.', ({ value }) => value, { displayName: 'slice value', links: [DEBUG_BOARD] }),
    number('value', 'The quality; empty where there is too little to tell.', (one) => valueOf(reading(one)), {
      unit,
      ...qualityScale(ofErrors),
      displayName: ofErrors ? 'mean absolute error' : quality,
    }),
    number('lower', 'Lower end of its interval.', (one) => bound(one, 'lower'), { unit }),
    number('upper', 'Upper end of its interval.', (one) => bound(one, 'upper'), { unit }),
    number('count', 'Predictions whose ground truth came within the step.', ({ joined }) => joined, COUNT),
  ];
}

const noticesOf = (steps: readonly SliceStep[]) =>
  steps.length === 0 ? [{ severity: 'info' as const, text: 'No snapshot of slices begins within the time range.' }] : [];
