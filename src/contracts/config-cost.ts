const price = (description: string) => ({ type: 'number', minimum: 0, maximum: 1_000_000, description }) as const;

/** What a model costs to run. Without a price nothing is said of cost. */
export const cost = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Prices, from which the cost of predictions is counted; those left out count nothing.',
  properties: {
    currency: {
      type: 'string',
      pattern: '^[A-Z]{3}$',
      default: 'USD',
      description: 'Currency of the prices, by its code of ISO 4217: the label `currency`. Costs of different currencies are never added.',
    },
    cpuSecondPrice: price('Of a second of CPU time of the children that score and explain.'),
    requestPrice: price('Of a request that was answered with 2xx, such as an upstream charges.'),
    replicaHourPrice: price("Of an hour of one replica: of what it costs, this model's part."),
  },
} as const;
