import type { ExplanationsAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { attentionFrame, explanationsFrame } from './explanations-frame';
import { ModelField, modelPath, ofOneModel } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';

const PARTS = {
  features: { label: 'Features', description: 'Mean |value|, variance, share now and in training, drift and its impact by feature' },
  attention: { label: 'Against training', description: 'NDCG and total variation, with how many predictions were explained' },
} as const;

export const explanations: QueryKind = {
  label: 'Explanations',
  description: 'What a model looks at, against training, and which drift matters to it',
  run: (query, { api, requestId }) =>
    ofOneModel(query, (model) =>
      api
        .get<ExplanationsAnswer>(modelPath(model, 'explanations'), {}, requestId)
        .pipe(map((answer) => [(partOf(PARTS, query.part) === 'features' ? explanationsFrame : attentionFrame)(answer, query.refId)])),
    ),
  Editor: (props: EditorProps) => (
    <>
      <ModelField {...props} />
      <PartField {...props} parts={PARTS} />
    </>
  ),
};
