import type { CalibrationAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { calibrationErrorFrame, calibrationFrame } from './calibration-frames';
import { ModelField, modelPath, ofOneModel } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';
import { VersionField } from './version-field';

const PARTS = {
  bins: { label: 'Reliability diagram', description: 'Mean score, observed rate and its interval by bin, for the panel of calibration' },
  error: { label: 'Calibration error', description: 'Expected calibration error by version' },
} as const;

export const calibration: QueryKind = {
  label: 'Calibration',
  description: 'What scores said and what came true, by bin and version',
  run: (query, { api, requestId }) =>
    ofOneModel(query, (model) =>
      api
        .get<CalibrationAnswer>(modelPath(model, 'calibration'), {}, requestId)
        .pipe(
          map((answer) => [
            (partOf(PARTS, query.part) === 'bins' ? calibrationFrame : calibrationErrorFrame)(chosen(answer, query.version), query.refId),
          ]),
        ),
    ),
  Editor: (props: EditorProps) => (
    <>
      <ModelField {...props} />
      <VersionField {...props} />
      <PartField {...props} parts={PARTS} />
    </>
  ),
};

function chosen(answer: CalibrationAnswer, version: string | undefined): CalibrationAnswer {
  if (answer.outputKind === 'regression') {
    throw new Error(`${answer.model} gives estimates and no probabilities: they have no calibration.`);
  }
  return { ...answer, versions: answer.versions.filter((one) => version === undefined || one.version === version) };
}
