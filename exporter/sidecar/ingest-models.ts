import { sliceFeature } from '../pipeline/watched-model.js';
import type { IngestModel } from '../routes/ingest-model.js';
import type { ModelRuntime } from './model-runtime.js';

/** What the ingest routes must know of each model. */
export function ingestModels(models: ReadonlyMap<string, ModelRuntime>): ReadonlyMap<string, IngestModel> {
  return new Map([...models].map(([name, model]) => [name, ingestModel(model)]));
}

function ingestModel({ name, version, role, config, baseline, watched }: ModelRuntime): IngestModel {
  return {
    name,
    kind: config.output.kind,
    version,
    versions: new Map([[version, { role, features: baseline?.features, schema: watched.schema }]]),
    slices: config.slices.map((slice) => ({ name: slice.name, feature: sliceFeature(slice) })),
  };
}
