import { cap, duration, name } from './config-parts.js';

const onnx = {
  type: 'object',
  additionalProperties: false,
  required: ['path'],
  description: 'Serve an ONNX file in a child process.',
  properties: {
    path: { type: 'string', description: 'ONNX file, relative to this configuration.' },
    digest: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the file; any other file is refused.' },
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

const upstreamUrl = {
  type: 'string',
  format: 'uri',
  pattern: '^https?://',
  description: 'Origin of the server, such as http://127.0.0.1:8080.',
} as const;
const upstreamModel = { type: 'string', description: "The model's name there; the name here unless said otherwise." } as const;

const upstream = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  description: 'Stand in front of the server that serves the model; bodies pass byte for byte.',
  properties: {
    url: upstreamUrl,
    protocol: {
      enum: ['open-inference', 'json'],
      default: 'open-inference',
      description: 'What it speaks: Open Inference v2, or any JSON with a mapping.',
    },
    model: upstreamModel,
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

const errorModel = {
  type: 'object',
  additionalProperties: false,
  required: ['onnx'],
  description:
    'For a regression: a model of its errors, which scores copies of the answered requests in a child of low priority. From what it gives come MAE and RMSE before ground truth.',
  properties: {
    onnx: {
      ...onnx,
      description:
        "ONNX file of the error model. It takes inputs of the champion, the champion's output in the input that predictionInput names, or both, and has the outputs absolute_error, squared_error, or both.",
    },
    predictionInput: {
      type: 'string',
      minLength: 1,
      default: 'prediction',
      description: "The input that takes the champion's output, as FP32 or FP64, should the error model have it.",
    },
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Share of the requests of which it gets a copy, chosen by their ids: every replica chooses the same.',
    },
    inFlightMax: cap('Copies under way at once; further ones are dropped and counted.', 64, 100_000),
    inFlightBytesMax: cap('Bytes of copies under way at once; further ones are dropped and counted.', 67_108_864, 1_073_741_824),
  },
} as const;

export const champion = {
  type: 'object',
  additionalProperties: false,
  required: ['version'],
  description:
    'The version whose output is used. With neither onnx nor upstream it is scored elsewhere and its predictions are posted as events.',
  properties: {
    version: name('Version, as it stands in paths and labels.'),
    registry: {
      type: 'boolean',
      default: false,
      description:
        'Whether the registry says which version is served. The one here is registered and put in production where the registry has none of this model; from then on versions are exchanged by promotion.',
    },
    onnx,
    upstream,
    errorModel,
    baseline: {
      type: 'string',
      description: 'Baseline file made by `modelwatch baseline`, relative to this configuration. Without one, features are not compared.',
    },
  },
} as const;

const challengerUpstream = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  description:
    'Ask an Open Inference v2 server of its own instead of a child; it is sent copies of the inputs and nothing else of a request.',
  properties: {
    url: upstreamUrl,
    model: upstreamModel,
    deadline: duration('A copy that is not answered by then has timed out.', '5s'),
    answerBytesMax: cap('A copy whose answer is larger has failed.', 67_108_864, 1_073_741_824),
  },
} as const;

export const challenger = {
  type: 'object',
  additionalProperties: false,
  required: ['version'],
  description:
    'A version that scores a copy of the traffic after the answer has left: with onnx in a child of low priority, or with upstream behind a server of its own. Its output is thrown away.',
  properties: {
    version: name('Version, as it stands in labels.'),
    onnx,
    upstream: challengerUpstream,
    baseline: {
      type: 'string',
      description: 'Baseline file of this version, relative to this configuration: registered with it, and in force once it is promoted.',
    },
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
