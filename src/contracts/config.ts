import type { FromSchema } from 'json-schema-to-ts';
import { access } from './config-access.js';
import { alertLog } from './config-alert-log.js';
import { alertmanager } from './config-alertmanager.js';
import { events } from './config-events.js';
import { model } from './config-model.js';
import { cap, duration } from './config-parts.js';
import { registry } from './config-registry.js';
import { samples } from './config-samples.js';
import { snapshots } from './config-snapshots.js';

export { DIGEST_PATTERN, OPENABLE_SCOPES, SCOPES, tokenFileSchema, type Scope } from './config-access.js';
export { NAME_PATTERN } from './config-parts.js';

const server = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The one port that serves inference, ingest, metrics and pages.',
  properties: {
    host: { type: 'string', default: '127.0.0.1', description: 'Address to listen on. Loopback unless said otherwise.' },
    port: { type: 'integer', minimum: 0, maximum: 65535, default: 9810, description: 'TCP port; 0 takes a free one.' },
    bodyBytesMax: cap('Largest request body in bytes; larger ones get 413.', 67_108_864, 1_073_741_824),
    eventsBytesMax: cap('Largest body of predictions or ground truth in bytes; larger ones get 413. Send several.', 4_194_304, 67_108_864),
    connectionsMax: cap('Open connections; further ones are closed.', 10_000, 1_000_000),
    concurrencyMax: cap('Inference requests under way at once, over all models; further ones get 503.', 1024, 1_000_000),
    streamListenersMax: cap('Listeners of `GET /v1/stream`, the stream of changes; further ones get 503.', 100, 10_000),
    drainTimeout: duration('How long SIGTERM waits for requests under way.', '10s'),
  },
} as const;

const store = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The embedded store: pending predictions, ground truth and quality counts.',
  properties: {
    path: {
      type: 'string',
      default: 'modelwatch.db',
      description:
        'SQLite file, relative to this configuration. `:memory:` keeps nothing. Beside it stands `<path>.key`, made at the first start: halves of logged exchanges of models with private features wait sealed by it. Protect it as the data, apart from copies of the store; without it waiting halves cannot be read any more.',
    },
    queueEntriesMax: cap('Predictions waiting to be written; further ones are dropped and counted.', 100_000, 10_000_000),
    predictionsMax: cap(
      'Predictions waiting for ground truth, over all models; further ones are dropped and counted.',
      1_000_000,
      100_000_000,
    ),
    retiredVersionsMax: cap(
      'Versions of a model that are neither served nor compared any more whose counts are kept: the latest. Those of the others leave the scrape and the store, once nothing of them waits for ground truth.',
      20,
      1000,
    ),
    asksMax: cap('Reads and writes of the registry and of other tables under way at once; further ones get 503.', 1000, 100_000),
  },
} as const;
/** `modelwatch.yaml`. One source for validation, for the types below, for editors and for the configuration page. */
export const configSchema = {
  $id: 'modelwatch-config-1.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Modelwatch configuration',
  type: 'object',
  additionalProperties: false,
  required: ['models'],
  properties: {
    server,
    access,
    store,
    registry,
    events,
    alertLog,
    snapshots,
    samples,
    watch: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'Watching: everything after the answer has left.',
      properties: {
        queueEntriesMax: cap('Requests waiting to be watched; further ones are dropped and counted.', 10_000, 10_000_000),
        queueBytesMax: cap(
          'Bytes of requests and answers waiting to be watched; further ones are dropped and counted.',
          67_108_864,
          1_073_741_824,
        ),
        localWindow: duration("Trailing window of the sidecar's own drift and quality gauges (`modelwatch_local_...`).", '10m'),
        localCountMin: cap('Values the window needs before a local gauge is shown.', 200, 1_000_000_000),
        seriesMax: cap('Series on /metrics, over all families; a model that does not fit is refused at start.', 200_000, 10_000_000),
      },
    },
    rules: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'What `modelwatch rules` writes.',
      properties: {
        interval: duration('Evaluation interval of the generated rules.', '1m'),
        runbookUrl: {
          type: 'string',
          default: 'https://github.com/modelwatch/modelwatch/blob/main/alert-rules/runbooks',
          description: 'Where the runbooks are read; the alert name is appended.',
        },
        dashboardUrl: { type: 'string', default: 'http://localhost:3000', description: 'Grafana, for links in alerts.' },
      },
    },
    alertmanager,
    models: { type: 'array', minItems: 1, maxItems: 1000, items: model, description: 'The watched models.' },
  },
} as const;

export type Config = FromSchema<typeof configSchema>;
export type AlertmanagerConfig = Config['alertmanager'];
export type AccessConfig = Config['access'];
export type TokenConfig = AccessConfig['tokens'][number];
export type ModelConfig = Config['models'][number];
export type ParityConfig = NonNullable<ModelConfig['parity']>;
export type ChampionConfig = ModelConfig['champion'];
export type ChallengerConfig = ModelConfig['challengers'][number];
export type RolloutConfig = ModelConfig['rollout'];
export type ChallengerUpstreamConfig = NonNullable<ChallengerConfig['upstream']>;
export type ErrorModelConfig = NonNullable<ChampionConfig['errorModel']>;
export type OnnxConfig = NonNullable<ChampionConfig['onnx']>;
export type UpstreamConfig = NonNullable<ChampionConfig['upstream']>;
export type ExplainConfig = ModelConfig['explain'];
export type JsonMapping = NonNullable<UpstreamConfig['mapping']>;
