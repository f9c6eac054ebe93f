const count = { type: 'number', minimum: 0 } as const;
const rows = (description: string) =>
  ({ type: 'array', maxItems: 1000, items: { type: 'array', items: { type: ['number', 'string', 'null'] } }, description }) as const;
const sums = (description: string) => ({ type: 'array', items: count, description }) as const;

/**
 * What the model looked at in training: the part of a baseline that `modelwatch baseline --explain` adds. The sidecar explains live predictions
 * over the same background rows and with as many scored rows, so that both sides of a comparison have the same error of sampling.
 */
export const explanations = {
  type: 'object',
  additionalProperties: false,
  required: ['seed', 'rowsMax', 'base', 'background', 'attributions', 'golden'],
  description: 'Shapley values of rows of training data, in the unit of the output.',
  properties: {
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Golden row i was explained with orders drawn from seed + i.' },
    rowsMax: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      description: 'Rows scored for one explanation at most: they decide whether values are exact or how often they are sampled.',
    },
    base: { type: 'number', description: 'Mean output over the background rows; values of a row sum to its output less this.' },
    background: rows('Rows of training data, in the order of features, that stand for features whose value is left open.'),
    attributions: {
      type: 'object',
      additionalProperties: false,
      required: ['count', 'positive', 'negative', 'squared', 'missing'],
      description: 'Sums over explained rows of training data, by feature.',
      properties: {
        count,
        positive: sums('Sums of the values above 0.'),
        negative: sums('Sums of the magnitudes of the values below 0.'),
        squared: sums('Sums of squares.'),
        missing: count,
      },
    },
    golden: {
      type: 'object',
      additionalProperties: false,
      required: ['rows', 'values'],
      description: 'Golden rows that are explained again, and the values they had.',
      properties: {
        rows: { type: 'array', maxItems: 1000, items: { type: 'integer', minimum: 0 }, description: 'Their places among the golden rows.' },
        values: {
          type: 'array',
          maxItems: 1000,
          items: { type: 'array', items: { type: 'number' } },
          description: 'By row, then by feature.',
        },
      },
    },
  },
} as const;
