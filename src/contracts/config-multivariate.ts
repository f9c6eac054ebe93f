/** How much of the traffic is looked at as whole rows. */
export const multivariate = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Drift of features together: how far rows lie from the directions in which the baseline varies.',
  properties: {
    sampleRatio: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description:
        'Share of predictions whose error is computed, chosen by id; 0 switches it off. Left out: all, or so many that a prediction costs 4,000 multiplications on average.',
    },
    recentRowsMax: {
      type: 'integer',
      minimum: 0,
      maximum: 10_000,
      default: 1000,
      description:
        'Recent predictions whose features are kept in memory for the domain classifier, spread over `watch.localWindow` where there are more; 0 keeps none. At most a million values.',
    },
  },
} as const;
