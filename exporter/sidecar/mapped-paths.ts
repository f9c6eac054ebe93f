import type { ModelRuntime } from './model-runtime.js';

/** Models whose requests come on a path of the service behind them, by that path. */
export function mappedPaths(models: ReadonlyMap<string, ModelRuntime>): ReadonlyMap<string, ModelRuntime> {
  const paths = new Map<string, ModelRuntime>();
  for (const model of models.values()) {
    if (model.source.kind === 'upstream' && model.source.config.mapping !== undefined) paths.set(model.source.config.mapping.path, model);
  }
  return paths;
}
