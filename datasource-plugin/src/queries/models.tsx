import { map } from 'rxjs';
import { ModelField } from './model-field';
import { modelsFrame } from './models-frame';
import type { QueryKind } from './query-kind';

export const models: QueryKind = {
  label: 'Models',
  description: 'Every model with its version, stage, readiness and age of the baseline',
  run: ({ refId, model }, { api, requestId }) =>
    api
      .models(requestId)
      .pipe(
        map((answer) => [
          modelsFrame(model === undefined ? answer : { models: answer.models.filter(({ name }) => name === model) }, refId),
        ]),
      ),
  changesWith: 'registry',
  Editor: ModelField,
};
