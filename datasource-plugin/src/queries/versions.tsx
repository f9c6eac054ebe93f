import type { PromotionsAnswer, VersionsAnswer } from '@modelwatch/core';
import React from 'react';
import { forkJoin, map } from 'rxjs';
import { ModelField } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';
import { promotionsFrame, versionsFrame } from './versions-frames';

const PARTS = {
  versions: { label: 'Versions', description: 'Stage, last deploy, owner, lineage and recorded metrics' },
  promotions: { label: 'Promotions', description: 'Which version took over from which, and how far it came' },
} as const;

export const versions: QueryKind = {
  label: 'Versions',
  description: 'What the registry holds: every version with its stage, lineage and metrics, or what took over from what',
  run: ({ refId, model, version, part }, { api, requestId }) => {
    const isAsked = (one: { readonly model: string; readonly version: string }) =>
      (model === undefined || one.model === model) && (version === undefined || one.version === version);
    return forkJoin([
      api.get<VersionsAnswer>('/v1/registry/versions', { model }, `${requestId}-versions`),
      api.get<PromotionsAnswer>('/v1/registry/promotions', {}, `${requestId}-promotions`),
    ]).pipe(
      map(([told, { promotions }]) => {
        if (partOf(PARTS, part) === 'promotions') {
          return [promotionsFrame({ promotions: promotions.filter(isAsked) }, refId)];
        }
        return [versionsFrame({ ...told, versions: told.versions.filter(isAsked) }, promotions, refId)];
      }),
    );
  },
  Editor: (props: EditorProps) => (
    <>
      <ModelField {...props} />
      <PartField {...props} parts={PARTS} />
    </>
  ),
};
