import { describe, expect, it } from '@jest/globals';
import type { ModelConfig } from '../../contracts/index.js';
import { DEFAULT_BARS, DEFAULT_ROLLOUT } from '../default-bars.js';
import { selectAll } from '../selector.js';
import { rollout } from './rollout.js';
import { rolloutRulesOf } from './rollout-rules.js';

const ROLLOUT = { window: '2d', pairsMin: 500, qualityGainMin: 0, confidence: 0.95 } as const;
const BARS = { disagreementRatioMax: 0.2, latencyRatioMax: 2, failureRatioMax: 'none' } as const;

/** A model with challengers of these tolerances, versions 1, 2 and so on. */
function modelOf(kind: 'probability' | 'regression', ...tolerances: readonly number[]): ModelConfig {
  const challengers = tolerances.map((toleranceAbsolute, i) => ({ version: String(i + 1), toleranceAbsolute }));
  return { rollout: { ...ROLLOUT, ...BARS, qualityLossMax: 0.02 }, output: { kind }, challengers } as unknown as ModelConfig;
}

const barsOf = (model: ModelConfig) => {
  const rules = rolloutRulesOf(model);
  const recorded = rollout.rules({ window: ROLLOUT.window, bars: DEFAULT_BARS, rollout: rules, fair: [], select: selectAll });
  return Object.fromEntries(
    recorded.filter(({ record }) => record.includes('_rollout_bar:')).map(({ labels, expr }) => [labels!['criterion'], expr]),
  );
};
const count = (matchers: string) => `0 * model_version_role_criterion:modelwatch_rollout_count:2d{${matchers}}`;

describe('the bars of a rollout', () => {
  it('are those of the configuration; one that is left out has no rule', () => {
    expect(barsOf(modelOf('probability', 0))).toEqual({
      latency: `${count('criterion="latency"')} + 2`,
      disagreement: `${count('criterion="disagreement"')} + 0.2`,
      quality_loss: `${count('criterion="quality_loss"')} + -0.02`,
      quality_gain: `${count('criterion="quality_gain"')} + 0`,
    });
  });

  it('hold disagreement of estimates against those challengers alone that have a tolerance', () => {
    expect(barsOf(modelOf('regression', 1, 2))['disagreement']).toBe(`${count('criterion="disagreement"')} + 0.2`);
    expect(barsOf(modelOf('regression', 1, 0, 2))['disagreement']).toBe(`${count('criterion="disagreement",version=~"1|3"')} + 0.2`);
    expect(barsOf(modelOf('regression', 0, 3))['disagreement']).toBe(`${count('criterion="disagreement",version="2"')} + 0.2`);
    expect(barsOf(modelOf('regression', 0))['disagreement']).toBeUndefined();
  });

  it('are none, and no verdict is, for a regression whose tolerated loss nobody has said', () => {
    const model = modelOf('regression');
    const unsaid = { ...model, rollout: { ...ROLLOUT, ...BARS } } as ModelConfig;
    expect(rolloutRulesOf(unsaid)).toBeUndefined();
    expect(rollout.windows(DEFAULT_BARS, undefined)).toEqual([]);
    expect(rollout.windows(DEFAULT_BARS, DEFAULT_ROLLOUT)).toEqual(['1d']);
  });
});
