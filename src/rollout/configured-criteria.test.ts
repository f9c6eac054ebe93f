import { describe, expect, it } from '@jest/globals';
import { configSchema, type RolloutConfig } from '../contracts/index.js';
import { assertCriteria, configuredCriteria, ROLLOUT_CRITERIA } from './index.js';

const { properties } = configSchema.properties.models.items.properties.rollout;
/** What the schema fills in. */
const DEFAULTS = Object.fromEntries(
  Object.entries(properties).flatMap(([name, schema]) => ('default' in schema ? [[name, schema.default]] : [])),
) as RolloutConfig;
const PROBABILITY = { output: { kind: 'probability' } } as const;
const REGRESSION = { output: { kind: 'regression' } } as const;

describe('criteria of a configuration', () => {
  it('are those of the core where it says nothing', () => {
    expect(configuredCriteria({ rollout: DEFAULTS, ...PROBABILITY })).toEqual(ROLLOUT_CRITERIA);
  });

  it('leave out what is not judged', () => {
    const rollout = { ...DEFAULTS, latencyRatioMax: 'none', failureRatioMax: 'none', disagreementRatioMax: 'none' } as const;
    const criteria = configuredCriteria({ rollout, ...PROBABILITY })!;
    expect(Object.keys(criteria).toSorted()).toEqual(['confidence', 'pairsMin', 'quality', 'qualityGainMin', 'qualityLossMax']);
    expect(() => {
      assertCriteria(criteria);
    }).not.toThrow();
  });

  it('of a regression need a loss that is tolerated, unless quality is the share within the tolerance', () => {
    expect(configuredCriteria({ rollout: DEFAULTS, ...REGRESSION })).toBeUndefined();
    expect(configuredCriteria({ rollout: { ...DEFAULTS, qualityLossMax: 4 }, ...REGRESSION })).toEqual({
      ...ROLLOUT_CRITERIA,
      quality: 'loss',
      qualityLossMax: 4,
    });
    expect(configuredCriteria({ rollout: { ...DEFAULTS, quality: 'accuracy' }, ...REGRESSION })).toEqual(ROLLOUT_CRITERIA);
  });

  it('judge the agreement of estimates where the challenger has a tolerance', () => {
    const model = { rollout: { ...DEFAULTS, qualityLossMax: 4 }, ...REGRESSION };
    expect(configuredCriteria(model, { toleranceAbsolute: 0 })?.disagreementRatioMax).toBeUndefined();
    expect(configuredCriteria(model, { toleranceAbsolute: 2 })?.disagreementRatioMax).toBe(0.2);
    expect(configuredCriteria({ rollout: DEFAULTS, ...PROBABILITY }, { toleranceAbsolute: 0 })?.disagreementRatioMax).toBe(0.2);
  });
});
