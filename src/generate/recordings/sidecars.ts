import type { RecordingFamily } from './recording-family.js';

/** How long the memory of a target survives while Prometheus itself evaluates nothing. */
const MEMORY = '1h';

/** Name of the rule that remembers which models a scrape target watched. */
export const SIDECAR_MODELS = 'job_instance_model:modelwatch_model_info:latched';

/**
 * Which models each sidecar watches, remembered while it is down. A sidecar that is down says nothing about its models any more, and `up` says
 * nothing about models: the rule reads its own last value to tell whom a dead target belongs to. A target that service discovery took away (a
 * replica scaled down) is forgotten, and so is a model that a live sidecar no longer watches.
 */
export const sidecars: RecordingFamily = {
  name: 'sidecars',
  help: 'Which models a scrape target watches, remembered while it is down.',
  windows: () => [MEMORY],
  rules({ window, select }) {
    return [
      {
        record: SIDECAR_MODELS,
        expr: `max by (job, instance, model) (${select('modelwatch_model_info')})\nor\n(\n  last_over_time(${select(SIDECAR_MODELS)}[${window}])\n  and on (job, instance)\n  up == 0\n)`,
      },
    ];
  },
};
