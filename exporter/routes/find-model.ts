import { fail, succeed, type Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';

/** The configured model that the path of a route names. */
export function findModel(models: ReadonlyMap<string, ModelRuntime>, params: Readonly<Record<string, unknown>>): Result<ModelRuntime> {
  const model = models.get(String(params['model']));
  return model === undefined ? fail('model_not_found', 'no model of this name is configured') : succeed(model);
}
