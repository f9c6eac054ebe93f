import { ROLLOUT_CRITERIA } from '@modelwatch/core';
import type { ModelConfig } from '@modelwatch/core';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

/** A gain that is wanted lies above the loss that is tolerated; squared errors have no bar that would fit any unit. */
export function checkRollout({ rollout, output, challengers = [] }: Part<ModelConfig>, path: Path, report: Report): void {
  const { qualityGainMin, quality, qualityLossMax } = rollout ?? {};
  const kind = output?.kind;
  const isRead = rollout !== undefined && !('qualityLossMax' in rollout && qualityLossMax === undefined);
  if (kind === 'regression' && challengers.length > 0 && isRead && needsLossMax(quality, qualityLossMax)) {
    report(
      [...path, 'challengers'],
      'challengers of a regression need rollout.qualityLossMax: the largest growth of the mean squared error that is tolerated, in its unit',
      { expected: 'rollout: { qualityLossMax: ... } beside it', spot: 'key' },
    );
  }
  const lossMax = qualityLossMax ?? ROLLOUT_CRITERIA.qualityLossMax;
  if (isRead && qualityGainMin !== undefined && qualityGainMin < -lossMax) {
    report([...path, 'rollout', 'qualityGainMin'], `the wanted gain lies below ${-lossMax}, the loss that is tolerated`, {
      expected: `at least ${-lossMax}`,
    });
  }
}

const needsLossMax = (quality: 'accuracy' | 'loss' | undefined, qualityLossMax: number | undefined): boolean =>
  qualityLossMax === undefined && quality !== 'accuracy';
