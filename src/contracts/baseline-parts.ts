/** Schemas of which the parts of a baseline are put together. */

export const count = { type: 'number', minimum: 0 } as const;
export const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;

/** The files that rows came from. */
export const sourceFiles = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'digest', 'rows'],
    properties: { name: { type: 'string' }, digest, rows: count },
  },
} as const;

/** Counts by bin, of a number of bins that is fixed or bounded. */
export const countsByBin = (binsMin: number, binsMax: number) =>
  ({ type: 'array', minItems: binsMin, maxItems: binsMax, items: count }) as const;
