import { calibrationCases } from './calibration-cases';
import { deployTimelineCases } from './deploy-timeline-cases';
import { distributionCases } from './distribution-cases';
import { driftImpactCases } from './drift-impact-cases';
import { errorBudgetCases } from './error-budget-cases';
import { GalleryCase } from './gallery-case';
import { registryBoardCases } from './registry-board-cases';
import { shadowVerdictCases } from './shadow-verdict-cases';
import { sliceQualityCases } from './slice-quality-cases';

export type { GalleryCase } from './gallery-case';

/** Every state of every view, for tests and for pictures: by view, then usual, empty, loading and so on. */
export const GALLERY: readonly GalleryCase[] = [
  ...registryBoardCases,
  ...sliceQualityCases,
  ...distributionCases,
  ...shadowVerdictCases,
  ...driftImpactCases,
  ...calibrationCases,
  ...errorBudgetCases,
  ...deployTimelineCases,
];
