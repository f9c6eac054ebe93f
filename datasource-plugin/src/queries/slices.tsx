import type { SlicesAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { ChoiceField } from './choice-field';
import { FieldOfModel, ModelField, modelPath, ofOneModel } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';
import { slicesFrame } from './slices-frame';
import { SLICES_OF, VERSIONS_OF } from './names-of-model';

/** The most that the exporter tells at once. */
const VALUES_MAX = 500;

const RANKINGS = [
  { value: 'accuracy', label: 'Accuracy' },
  { value: 'recall', label: 'Recall' },
  { value: 'absolute-error', label: 'Absolute error' },
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
        field="metrics"
        label="Qualities"
        placeholder="The one ranked by"
        tooltip="All: a row for each quality, for a heat map of slices by quality."
        choices={METRICS}
      />
    </>
  );
}

export const slices: QueryKind = {
  label: 'Slices',
  description: 'Quality by slice, the worst for certain first, with counts and intervals',
  run: (query, { api, requestId }) =>
    ofOneModel(query, (model) => {
      const { slice, version, rankedBy, metrics, refId } = query;
      return api
        .get<SlicesAnswer>(modelPath(model, 'slices'), { slice, version, by: rankedBy, limit: VALUES_MAX }, requestId)
        .pipe(map((answer) => [slicesFrame(answer, refId, metrics === 'all' ? 'all' : 'ranked')]));
    }),
  Editor: SlicesEditor,
};
