import type { ChallengerConfig, ModelConfig } from '../contracts/config.js';
import { ROLLOUT_DEFAULTS } from '../contracts/config-rollout.js';
import type { RolloutCriteria } from './rollout-criteria.js';

/** What of a model its criteria follow from. */
export type JudgedModel = Pick<ModelConfig, 'rollout'> & { readonly output: Pick<ModelConfig['output'], 'kind'> };

/**
 * The criteria of a model as configured, or of one of its challengers. A bar of `none` is left out; so is disagreement for a challenger whose
 * estimates have no tolerance, for estimates that need not be equal to the last bit all disagree.
 *
 * Undefined for a regression whose tolerated growth of the squared error nobody has said: it has the unit of the prediction, squared.
 */
export function configuredCriteria(
  { rollout, output }: JudgedModel,
  challenger?: Pick<ChallengerConfig, 'toleranceAbsolute'>,
): RolloutCriteria | undefined {
  const isRegression = output.kind === 'regression';
  const quality = rollout.quality ?? (isRegression ? 'loss' : ROLLOUT_DEFAULTS.quality);
  const needsBar = isRegression && quality === 'loss';
  const qualityLossMax = rollout.qualityLossMax ?? (needsBar ? undefined : ROLLOUT_DEFAULTS.qualityLossMax);
  if (qualityLossMax === undefined) return undefined;
  const { pairsMin, qualityGainMin, disagreementRatioMax, latencyRatioMax, failureRatioMax, confidence } = rollout;
  const agreementIsJudged = !isRegression || challenger === undefined || challenger.toleranceAbsolute > 0;
  return {
    pairsMin,
    quality,
    qualityLossMax,
    qualityGainMin,
    ...(disagreementRatioMax === 'none' || !agreementIsJudged ? {} : { disagreementRatioMax }),
    ...(latencyRatioMax === 'none' ? {} : { latencyRatioMax }),
    ...(failureRatioMax === 'none' ? {} : { failureRatioMax }),
    confidence,
  };
}
