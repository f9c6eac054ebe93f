import { alerts } from './alerts';
import { calibration } from './calibration';
import { cost } from './cost';
import { distribution } from './distribution';
import { drift } from './drift';
import { events } from './events';
import { explanations } from './explanations';
import { groundTruth } from './ground-truth';
import { models } from './models';
import type { QueryKind } from './query-kind';
import { samples } from './samples';
import { shadow } from './shadow';
import { slices } from './slices';
import { slo } from './slo';
import { versions } from './versions';

/** Every kind of query by the name that it is saved under. */
export const QUERY_KINDS: Readonly<Record<string, QueryKind>> = {
  models,
  versions,
  slices,
  distribution,
  drift,
  shadow,
  explanations,
  calibration,
  groundTruth,
  cost,
  slo,
  samples,
  events,
  alerts,
};
