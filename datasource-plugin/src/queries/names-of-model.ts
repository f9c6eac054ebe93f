import type { ModelSummary } from '@modelwatch/core';
import { map, Observable } from 'rxjs';
import type { Api } from '../api';

export type NamesOf = (model: ModelSummary) => readonly string[];

/** The version at work and those compared with it. */
export const VERSIONS_OF: NamesOf = ({ version, challengers }) => [version, ...challengers.map((challenger) => challenger.version)];
export const CHALLENGERS_OF: NamesOf = ({ challengers }) => challengers.map(({ version }) => version);
export const SLICES_OF: NamesOf = ({ slices }) => slices;
export const FEATURES_OF: NamesOf = ({ features }) => features;

/** What a model has by name; that of all models where none is named. Each once. */
export function namesOfModel(api: Api, model: string | undefined, namesOf: NamesOf): Observable<string[]> {
  return api.models().pipe(
    map(({ models }) => {
      const asked = models.filter(({ name }) => model === undefined || name === model);
      return [...new Set(asked.flatMap(namesOf))];
    }),
  );
}
