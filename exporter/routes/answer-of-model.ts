import type { Request, Response } from 'express';
import type { ErrorCode, Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';
import { NO_PARAMETERS, readQueryOf } from './window-query.js';

interface Deps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Answers with what there is to say of the model of the path, where the route takes no parameters: what is asked in vain is refused. */
export const answerOfModel =
  (deps: Deps, say: (model: ModelRuntime) => Result<object>) =>
  ({ params, query }: Request, response: Response): void => {
    const model = findModel(deps.models(), params);
    if (!model.ok) {
      refuse(response, deps, model.error);
      return;
    }
    const asked = readQueryOf(query, NO_PARAMETERS);
    const said = asked.ok ? say(model.value) : asked;
    if (said.ok) response.json(said.value);
    else refuse(response, deps, said.error, model.value.name);
  };
