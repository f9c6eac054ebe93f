import { cap, duration } from './config-parts.js';

/** Feature parity: the features of sampled predictions looked up in a feature server. */
export const parity = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'entities', 'features'],
  description:
    'Features of sampled predictions compared with what a feature server says of the same entity, after the answer has left. It speaks the protocol of Feast: `POST /get-online-features`.',
  properties: {
    url: {
      type: 'string',
      format: 'uri',
      pattern: '^https?://',
      description: 'Origin of the feature server, such as http://127.0.0.1:6566.',
    },
    entities: {
      type: 'object',
      minProperties: 1,
      maxProperties: 8,
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'Join key there to the input or feature here whose value it takes.',
    },
    features: {
      type: 'object',
      minProperties: 1,
      maxProperties: 200,
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'Feature of the baseline to its reference there, such as `weather:temp`.',
    },
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'Share of the requests and events that are looked up, chosen by their ids.',
    },
    rowsMax: cap(
      'Rows that one look-up asks for. Of a request with more, so many are chosen at even distances, each as likely as any other.',
      64,
      1000,
    ),
    toleranceRelative: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.00001,
      description: 'Numbers agree that differ by no more than this share of the greater one: 32-bit inputs keep seven digits.',
    },
    deadline: duration('A look-up that takes longer has failed.', '1s'),
    inFlightMax: cap('Look-ups under way at once; further ones are dropped and counted.', 8, 1000),
    breakerFailures: cap('Failures in a row after which none is tried for a while.', 5, 1_000_000),
    breakerPause: duration('How long that while is.', '30s'),
  },
} as const;
