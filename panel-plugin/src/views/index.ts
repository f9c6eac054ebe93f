import { distributionView } from './distribution';
import { registryBoardView } from './registry-board';
import { sliceQualityView } from './slice-quality';
import { View } from './view';

/** Every view, in the order of the options. The first is the default. */
export const VIEWS: readonly View[] = [registryBoardView, sliceQualityView, distributionView];

export const viewNamed = (name: string): View | undefined => VIEWS.find((view) => view.name === name);
