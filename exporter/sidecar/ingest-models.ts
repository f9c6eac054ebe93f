import { ERRORS } from '../errors.js';
import { sliceFeature } from '../pipeline/watched-model.js';
import type { IngestModel } from '../routes/ingest-model.js';
import type { ModelRuntime } from './model-runtime.js';
import type { CrossAlone } from './seams.js';

/** What the ingest routes must know of each model. `alone` contains a fault of a sampler. */
export function ingestModels(models: ReadonlyMap<string, ModelRuntime>, alone: CrossAlone): ReadonlyMap<string, IngestModel> {
  return new Map([...models].map(([name, model]) => [name, ingestModel(model, alone)]));
}

function ingestModel({ name, version, role, config, baseline, watched, sampler }: ModelRuntime, alone: CrossAlone): IngestModel {
  return {
    name,
    kind: config.output.kind,
    version,
    versions: new Map([[version, { role, features: baseline?.features, schema: watched.schema }]]),
    hasPrivate: config.private.length > 0,
    slices: config.slices.map((slice) => ({ name: slice.name, feature: sliceFeature(slice) })),
    ...(sampler === undefined
      ? {}
      : {
          onRefused(code, event) {
            // A sample tells of the version that is served.
            if (code === 'version_not_found') return;
            alone('sample', () => {
              sampler.offerEvent({ status: ERRORS[code], reason: code, features: featuresIn(event) });
            });
          },
        }),
  };
}

/** What an event holds under the name of its features, should it be an object at all. */
function featuresIn(event: unknown): Readonly<Record<string, unknown>> {
  const features = isRecord(event) ? event['features'] : undefined;
  return isRecord(features) ? features : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
