import type { FromSchema } from 'json-schema-to-ts';
import { DURATION_PATTERN } from './duration.js';
import { LATENCY_SECONDS_BUCKETS } from './metrics.js';

const duration = (description: string, fallback: string) =>
  ({ type: 'string', pattern: DURATION_PATTERN, default: fallback, description }) as const;
const cap = (description: string, fallback: number, maximum: number) =>
  ({ type: 'integer', minimum: 1, maximum, default: fallback, description }) as const;
/** Model, version and slice names: what may stand in a path, a label and a file name without quoting. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';
const name = (description: string) => ({ type: 'string', pattern: NAME_PATTERN, description }) as const;
/** Prometheus durations for rule windows: no default, so each list says its own. */
const window = { type: 'string', pattern: DURATION_PATTERN } as const;

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
      description: 'SQLite file, relative to this configuration. `:memory:` keeps nothing.',
    },
    queueEntriesMax: cap('Predictions waiting to be written; further ones are dropped and counted.', 100_000, 10_000_000),
    predictionsMax: cap(
      'Predictions waiting for ground truth, over all models; further ones are dropped and counted.',
      1_000_000,
      100_000_000,
    ),
  },
} as const;

const onnx = {
  type: 'object',
  additionalProperties: false,
  required: ['path'],
  description: 'Serve an ONNX file in a child process.',
  properties: {
    path: { type: 'string', description: 'ONNX file, relative to this configuration.' },
    processes: cap('Scorer children.', 1, 64),
    threads: cap('Threads of a session inside one child.', 1, 64),
    deadline: duration('A call that takes longer ends with 504 and its child is killed.', '5s'),
    loadTimeout: duration('A model that is not loaded by then is refused.', '30s'),
    batchRowsMax: cap('Rows that requests may share in one call of the model.', 256, 65_536),
    queueEntriesMax: cap('Requests waiting for a child; further ones get 503.', 1024, 1_000_000),
    outputBytesMax: cap('Largest output of one request in bytes.', 67_108_864, 2_147_483_647),
    memoryBytesMax: cap(
      'Address space a child may take, over what it takes at rest; beyond it a request fails.',
      2_147_483_648,
      1_099_511_627_776,
    ),
  },
} as const;

const upstream = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  description: 'Stand in front of the server that serves the model; bodies pass byte for byte.',
  properties: {
    url: { type: 'string', format: 'uri', pattern: '^https?://', description: 'Origin of the server, such as http://127.0.0.1:8080.' },
    protocol: {
      enum: ['open-inference', 'json'],
      default: 'open-inference',
      description: 'What it speaks: Open Inference v2, or any JSON with a mapping.',
    },
    model: { type: 'string', description: "The model's name there; the name here unless said otherwise." },
    deadline: duration('A call that takes longer ends with 504.', '5s'),
    concurrencyMax: cap('Calls under way at once; further ones get 503.', 128, 100_000),
    breakerFailures: cap('Failures in a row that open the circuit: calls get 503 at once.', 10, 1_000_000),
    breakerPause: duration('How long an open circuit waits before it tries one call.', '5s'),
    watchedBytesMax: cap('Bodies larger than this pass, but are not watched; they are counted.', 1_048_576, 1_073_741_824),
    mapping: {
      type: 'object',
      additionalProperties: false,
      required: ['path', 'features', 'output'],
      description: 'For protocol json: where features and output stand, as JSON pointers (RFC 6901).',
      properties: {
        path: { type: 'string', pattern: '^/', description: 'The request path that carries predictions, such as /predict.' },
        rows: {
          type: 'string',
          pattern: '^(/.*)?$',
          description: 'Pointer to the array of rows in the request; left out when a request is one row.',
        },
        features: {
          type: 'object',
          additionalProperties: { type: 'string', pattern: '^/' },
          description: 'Feature name to pointer within a row of the request.',
        },
        outputRows: { type: 'string', pattern: '^(/.*)?$', description: 'Pointer to the array of rows in the response.' },
        output: { type: 'string', pattern: '^(/.*)?$', description: 'Pointer to the output within a row of the response.' },
        id: {
          type: 'string',
          pattern: '^/',
          description: 'Pointer to the identity within a row of the request; the header of identity stands for rows without one.',
        },
      },
    },
  },
} as const;

const champion = {
  type: 'object',
  additionalProperties: false,
  required: ['version'],
  description:
    'The version whose output is used. With neither onnx nor upstream it is scored elsewhere and its predictions are posted as events.',
  properties: {
    version: name('Version, as it stands in paths and labels.'),
    onnx,
    upstream,
    baseline: {
      type: 'string',
      description: 'Baseline file made by `modelwatch baseline`, relative to this configuration. Without one, features are not compared.',
    },
  },
} as const;

const challenger = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'onnx'],
  description:
    'A version that scores a copy of the traffic after the answer has left, in a child of low priority. Its output is thrown away.',
  properties: {
    version: name('Version, as it stands in labels.'),
    onnx,
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description:
        'Share of the requests of which it gets a copy, chosen by their ids: every replica and every challenger chooses the same.',
    },
    inFlightMax: cap('Copies under way at once; further ones are dropped and counted.', 64, 100_000),
    inFlightBytesMax: cap('Bytes of copies under way at once; further ones are dropped and counted.', 67_108_864, 1_073_741_824),
    threshold: {
      type: 'number',
      description: "Outputs at or above it predict the positive class; the model's threshold unless said otherwise.",
    },
    toleranceAbsolute: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'For a regression: estimates that lie no farther apart agree.',
    },
  },
} as const;

const alerts = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Bars of the generated alerts. Statistics measure; these judge.',
  properties: {
    driftPsiMin: { type: 'number', exclusiveMinimum: 0, default: 0.2, description: 'PSI from which drift matters in practice.' },
    driftWindows: {
      type: 'array',
      items: window,
      minItems: 2,
      maxItems: 2,
      default: ['1h', '6h'],
      description: 'Short and long window; drift must show in both.',
    },
    driftFor: duration('How long drift or missing values must hold in both windows.', '5m'),
    driftCountMin: cap('Values a window needs before drift is judged.', 200, 1_000_000_000),
    significance: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: 0.001,
      description: 'Chance of a false alarm by the statistical bar, per feature and window.',
    },
    missingRatioMax: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'Share of missing values, above the baseline, that alerts.',
    },
    requestCountMin: cap('Requests a window needs before latency or availability is judged.', 100, 1_000_000_000),
    latencySecondsMax: {
      type: 'number',
      exclusiveMinimum: 0,
      // Above its last bound a histogram tells no quantile: p95 stays at the bound, and the alert could never fire.
      exclusiveMaximum: LATENCY_SECONDS_BUCKETS.at(-1)!,
      default: 0.3,
      description: 'p95 latency that alerts.',
    },
    availabilityRatioMin: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'Share of requests that must be answered.',
    },
    baselineAgeMax: duration('Age from which a baseline is stale.', '90d'),
  },
} as const;

const model = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'champion'],
  properties: {
    name: name('Model name, as it stands in paths and labels.'),
    team: { ...name('Who is paged: a label on every alert.'), default: 'unassigned' },
    critical: { type: 'boolean', default: false, description: 'Whether a breach pages instead of making a ticket.' },
    champion,
    challengers: { type: 'array', maxItems: 8, default: [], items: challenger, description: 'Versions compared with the champion.' },
    inputs: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
      description:
        'Tensor name to the features its columns hold. Left out: a tensor named as a feature holds it; one wide tensor holds all, in order.',
    },
    output: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'The watched output.',
      properties: {
        kind: {
          enum: ['probability', 'regression'],
          default: 'probability',
          description: 'Probability of the positive class, or an estimate of a number.',
        },
        tensor: { type: 'string', description: 'Output tensor; the last one unless said otherwise.' },
        column: { type: 'integer', minimum: 0, description: 'Column of that tensor; the last one unless said otherwise.' },
        threshold: { type: 'number', default: 0.5, description: 'Outputs at or above it predict the positive class.' },
      },
    },
    identity: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        header: {
          type: 'string',
          pattern: '^[a-z0-9-]+$',
          default: 'x-request-id',
          description: 'Request header that identifies a prediction when the request has no v2 `id`.',
        },
      },
    },
    slices: {
      type: 'array',
      maxItems: 8,
      default: [],
      description: 'By what quality and traffic are broken down.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: name('The slice, as it stands in the label `slice`.'),
          feature: { type: 'string', description: 'A categorical feature; its name is the slice name unless said otherwise.' },
          header: { type: 'string', pattern: '^[a-z0-9-]+$', description: 'A request header, such as x-tenant.' },
          valuesMax: cap('Values that get their own series; the rest counts as __other__.', 20, 1000),
        },
      },
    },
    groundTruth: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        horizon: duration('How long a prediction waits for its ground truth, and early ground truth for its prediction.', '7d'),
      },
    },
    alerts,
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
    store,
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
    models: { type: 'array', minItems: 1, maxItems: 1000, items: model, description: 'The watched models.' },
  },
} as const;

export type Config = FromSchema<typeof configSchema>;
export type ModelConfig = Config['models'][number];
export type ChampionConfig = ModelConfig['champion'];
export type ChallengerConfig = ModelConfig['challengers'][number];
export type OnnxConfig = NonNullable<ChampionConfig['onnx']>;
export type UpstreamConfig = NonNullable<ChampionConfig['upstream']>;
export type JsonMapping = NonNullable<UpstreamConfig['mapping']>;
