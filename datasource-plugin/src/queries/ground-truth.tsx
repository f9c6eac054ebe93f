import type { GroundTruthAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { delayFrame, freshnessFrame, joinFrame } from './ground-truth-frames';
import { ModelField, modelPath, ofOneModel } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';
import { VersionField } from './version-field';

const PARTS = {
  delay: { label: 'Delay', description: 'How long ground truth took, by bin' },
  joined: { label: 'Joined and expired', description: 'Share of predictions that met ground truth, by version' },
  freshness: { label: 'Freshness', description: 'Age of the newest ground truth, what waits and what came late' },
} as const;
const FRAMES = { delay: delayFrame, joined: joinFrame, freshness: freshnessFrame };

export const groundTruth: QueryKind = {
  label: 'Ground truth',
  description: 'How long ground truth takes, how much of it comes, how old the newest is',
  run: ({ refId, version, part, ...query }, { api, requestId }) =>
    ofOneModel({ ...query, refId }, (model) =>
      api.get<GroundTruthAnswer>(modelPath(model, 'ground-truth'), {}, requestId).pipe(
        map((answer) => {
          const versions = answer.versions.filter((one) => version === undefined || one.version === version);
          return [FRAMES[partOf(PARTS, part)]({ ...answer, versions }, refId)];
        }),
      ),
    ),
  Editor: (props: EditorProps) => (
    <>
      <ModelField {...props} />
      {props.query.part === 'freshness' ? null : <VersionField {...props} />}
      <PartField {...props} parts={PARTS} />
    </>
  ),
};
