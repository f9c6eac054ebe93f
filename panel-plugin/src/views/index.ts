import { calibrationView } from './calibration';
import { deployTimelineView } from './deploy-timeline';
import { distributionView } from './distribution';
import { driftImpactView } from './drift-impact';
import { errorBudgetView } from './error-budget';
import { registryBoardView } from './registry-board';
import { shadowVerdictView } from './shadow-verdict';
import { sliceQualityView } from './slice-quality';
import { View } from './view';

/** Every view, in the order of the options. The first is the default. */
export const VIEWS: readonly View[] = [
  registryBoardView,
  sliceQualityView,
  distributionView,
  shadowVerdictView,
  driftImpactView,
  calibrationView,
  errorBudgetView,
  deployTimelineView,
];

export const viewNamed = (name: string): View | undefined => VIEWS.find((view) => view.name === name);
