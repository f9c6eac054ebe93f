import type { ChallengersAnswer, ModelSummary, PromotionsAnswer, VersionsAnswer } from '@modelwatch/core';
import React from 'react';
import { catchError, forkJoin, map, Observable, of, switchMap } from 'rxjs';
import { ModelField, modelPath } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryContext, QueryKind } from './query-kind';
import { AtWork, promotionsFrame, versionsAtWork, versionsFrame } from './versions-frames';

const PARTS = {
  versions: { label: 'Versions', description: 'Stage, health, verdict, last deploy, owner, lineage and recorded metrics' },
  promotions: { label: 'Promotions', description: 'Which version took over from which, and how far it came' },
} as const;

/** Models whose challengers are asked after for one query, each with a request. */
const COMPARED_MAX = 20;

/** What is at work, with the verdicts on challengers. A verdict that cannot be had leaves its cell empty. */
function workOf({ api, requestId }: QueryContext, isAsked: (one: ModelSummary) => boolean): Observable<AtWork[]> {
  return api.models(`${requestId}-models`).pipe(
    switchMap(({ models }) => {
      const asked = models.filter(isAsked);
      const compared = asked.filter(({ challengers }) => challengers.length > 0).slice(0, COMPARED_MAX);
      const answers = compared.map(({ name }) =>
        api
          .get<ChallengersAnswer>(modelPath(name, 'challengers'), {}, `${requestId}-challengers-${name}`)
          .pipe(catchError(() => of(undefined))),
      );
      const told = answers.length === 0 ? of([]) : forkJoin(answers);
      return told.pipe(
        map((all) =>
          versionsAtWork(
            asked,
            all.filter((one) => one !== undefined),
          ),
        ),
      );
    }),
  );
}

export const versions: QueryKind = {
  label: 'Versions',
  description: 'Every version that is at work or in the registry, with its stage, lineage and metrics, or what took over from what',
  run: ({ refId, model, version, part }, context) => {
    const { api, requestId } = context;
    const isAsked = (one: { readonly model: string; readonly version: string }) =>
      (model === undefined || one.model === model) && (version === undefined || one.version === version);
    if (partOf(PARTS, part) === 'promotions') {
      return api
        .get<PromotionsAnswer>('/v1/registry/promotions', {}, requestId)
        .pipe(map(({ promotions }) => [promotionsFrame({ promotions: promotions.filter(isAsked) }, refId)]));
    }
    return forkJoin([
      api.get<VersionsAnswer>('/v1/registry/versions', { model }, `${requestId}-versions`),
      api.get<PromotionsAnswer>('/v1/registry/promotions', {}, `${requestId}-promotions`),
      workOf(context, ({ name }) => model === undefined || name === model),
    ]).pipe(
      map(([told, { promotions }, work]) => [
        versionsFrame({ ...told, versions: told.versions.filter(isAsked) }, promotions, work.filter(isAsked), refId),
      ]),
    );
  },
  Editor: (props: EditorProps) => (
    <>
      <ModelField {...props} />
      <PartField {...props} parts={PARTS} />
    </>
  ),
};
