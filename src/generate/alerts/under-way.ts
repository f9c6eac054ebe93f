import type { EventKind } from '../../contracts/index.js';
import { matcherOf, type Select } from '../selector.js';

const BEGAN = 'modelwatch_log_event_running_timestamp_seconds';
/** What events without a model are counted under, and those of models that are not configured. */
const ALL_MODELS = '__all__';
const OTHER_MODELS = '__other__';

/** Seconds since the first of a model's events of these kinds began that is under way. An event is told to one replica. */
export const underWaySeconds = (select: Select, ...kinds: readonly EventKind[]): string =>
  `time() - min by (model, kind) (${select(BEGAN, matcherOf('kind', kinds), `model!="${ALL_MODELS}"`, `model!="${OTHER_MODELS}"`)})`;

/** The same of an event of one kind that is of all models, for each model. */
export const underWayOfAllSeconds = (select: Select, kind: EventKind): string =>
  `max by (model) (${select('modelwatch_model_info')}) * 0\n+ on () group_left ()\n(time() - min(${BEGAN}{kind="${kind}",model="${ALL_MODELS}"}))`;
