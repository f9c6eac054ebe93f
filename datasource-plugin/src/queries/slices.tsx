import { rangeUtil, TimeRange } from '@grafana/data';
import type { SliceQualityAnswer, SlicesAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { ChoiceField } from './choice-field';
import { FieldOfModel, ModelField, modelPath, ofOneModel } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';
import { sliceStepsFrame } from './slice-steps-frame';
import { slicesFrame } from './slices-frame';
import { SLICES_OF, VERSIONS_OF } from './names-of-model';

/** The most that the exporter tells at once. */
const VALUES_MAX = 500;

const RANKINGS = [
  { value: 'accuracy', label: 'Accuracy' },
  { value: 'recall', label: 'Recall' },
  { value: 'absolute-error', label: 'Absolute error' },
];
const PERIODS = [
  { value: 'all', label: 'All time' },
  { value: 'steps', label: 'By step' },
];
const METRICS = [
  { value: 'ranked', label: 'The one ranked by' },
  { value: 'all', label: 'All of its unit' },
];

function SlicesEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <FieldOfModel
        {...props}
        field="slice"
        label="Slice"
        placeholder="Every slice"
        tooltip="Empty: every slice of the model."
        namesOf={SLICES_OF}
      />
      <FieldOfModel
        {...props}
        field="version"
        label="Version"
        placeholder="The one at work"
        tooltip="Empty: the version at work."
        namesOf={VERSIONS_OF}
      />
      <ChoiceField
        {...props}
        field="rankedBy"
        label="Ranked by"
        placeholder="Accuracy, or error of a regression"
        tooltip="By how much worse than the whole a slice is for certain."
        choices={RANKINGS}
      />
      <ChoiceField
        {...props}
        field="period"
        label="Period"
        placeholder="All time"
        tooltip="By step: what was joined within each step of the time range, from snapshots, for a heat map of slices by time."
        choices={PERIODS}
      />
      {props.query.period === 'steps' ? null : (
        <ChoiceField
          {...props}
          field="metrics"
          label="Qualities"
          placeholder="The one ranked by"
          tooltip="All: a row for each quality, for a heat map of slices by quality."
          choices={METRICS}
        />
      )}
    </>
  );
}

/** Of a heat map that can still be read; the exporter tells of fewer than 1,000 steps of all slices together. */
const STEPS_MAX = 30;
/** Snapshots are taken by the hour; a day's are put together once they are old. */
const STEPS_SECONDS = ['5m', '15m', '1h', '3h', '6h', '12h', '1d', '7d'].map((text) => rangeUtil.intervalToSeconds(text));

/** The shortest step of which no more fit into the range. */
export function stepSecondsOf({ from, to }: TimeRange): number {
  const seconds = (to.valueOf() - from.valueOf()) / 1000;
  return STEPS_SECONDS.find((step) => seconds / step <= STEPS_MAX) ?? Math.ceil(seconds / STEPS_MAX / 86_400) * 86_400;
}

export const slices: QueryKind = {
  label: 'Slices',
  description: 'Quality by slice, the worst for certain first, with counts and intervals',
  run: (query, { api, range, requestId }) =>
    ofOneModel(query, (model) => {
      const { slice, version, rankedBy, metrics, period, refId } = query;
      if (period === 'steps') {
        const time = { from: range.from.valueOf() / 1000, to: range.to.valueOf() / 1000, step: stepSecondsOf(range) };
        return api
          .get<SliceQualityAnswer>(modelPath(model, 'slice-quality'), { slice, ...time }, requestId)
          .pipe(map((answer) => [sliceStepsFrame(answer, { refId, version, rankedBy })]));
      }
      return api
        .get<SlicesAnswer>(modelPath(model, 'slices'), { slice, version, by: rankedBy, limit: VALUES_MAX }, requestId)
        .pipe(map((answer) => [slicesFrame(answer, refId, metrics === 'all' ? 'all' : 'ranked')]));
    }),
  Editor: SlicesEditor,
};
