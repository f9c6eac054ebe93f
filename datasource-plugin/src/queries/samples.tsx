import type { SamplesAnswer } from '@modelwatch/core';
import React from 'react';
import { catchError, map, throwError } from 'rxjs';
import { ChoiceField } from './choice-field';
import { ModelField, modelPath, ofOneModel } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';
import { samplesFrame } from './samples-frame';

/** The most that the exporter tells at once. */
const SAMPLES_MAX = 500;

const PARTS = {
  failing: { label: 'Failing requests', description: 'What was refused or failed, with the code of its error' },
  all: { label: 'All that is sampled', description: 'Ordinary requests as well' },
} as const;

const REASONS = ['invalid_json', 'missing_input', 'unknown_input', 'datatype_mismatch', 'shape_mismatch', 'model_refused', 'overloaded'];

/** Samples are rows of single requests: the exporter tells of them to whoever may operate it, and says 403 to others. */
const SCOPE_LACKING =
  'Samples need a token with the scope `operate`, and that of this data source lacks it. They are rows of single requests, which whoever may query the ' +
  'data source would see: a data source of its own, for those who may, keeps them apart.';

function SamplesEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <PartField {...props} parts={PARTS} />
      <ChoiceField
        {...props}
        field="reason"
        label="Reason"
        placeholder="Every reason"
        tooltip="Code of the error, as the exporter answered it."
        choices={REASONS.map((value) => ({ value, label: value }))}
      />
    </>
  );
}

export const samples: QueryKind = {
  label: 'Samples',
  description: 'Failing requests with masked inputs, within the time range; needs a token with the scope operate',
  run: (query, { api, range, options, requestId }) =>
    ofOneModel(query, (model) => {
      const failing = partOf(PARTS, query.part) === 'failing' ? 'true' : undefined;
      const time = { from: range.from.valueOf() / 1000, to: range.to.valueOf() / 1000 };
      return api
        .get<SamplesAnswer>(modelPath(model, 'samples'), { failing, reason: query.reason, ...time, limit: SAMPLES_MAX }, requestId)
        .pipe(
          map((answer) => [samplesFrame(answer, options, query.refId)]),
          catchError((thrown: { readonly status?: number } | undefined) =>
            throwError(() => (thrown?.status === 403 ? new Error(SCOPE_LACKING) : thrown)),
          ),
        );
    }),
  Editor: SamplesEditor,
};
