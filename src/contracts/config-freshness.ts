/** Feature freshness: how old the event is that a prediction is made from. */
export const freshness = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  description:
    'Age of the event that the features of a prediction come from, when the prediction is made. Its time is RFC 3339, or seconds or milliseconds since the epoch: a number from 1e11 on is milliseconds.',
  properties: {
    header: {
      type: 'string',
      pattern: '^[a-z0-9-]+$',
      description: 'A request header with the event time of all its rows, such as x-event-time. Ingested predictions have none.',
    },
    feature: {
      type: 'string',
      minLength: 1,
      description:
        'An input or feature with the event time of each row; in ingested predictions a feature of the baseline. FP32 holds a time in seconds to two minutes: send FP64, INT64 or BYTES.',
    },
  },
} as const;
