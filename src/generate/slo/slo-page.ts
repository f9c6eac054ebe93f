import { SPENDING_PARTS } from '../../slo/index.js';
import {
  ADDED_WINDOWS,
  BURN_RATE_WINDOWS,
  byModel,
  byVersion,
  COUNTED_WINDOWS,
  MINUTE_GOOD,
  OBJECTIVE,
  SLICE_LEVEL,
  sloSeries,
  TILE,
  TILED_WINDOWS,
} from './slo-series.js';

const spelled = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const PART = '<part>';
const WINDOW = '<window>';

/** What is recorded of every objective, each name with its meaning. */
const RECORDED: readonly (readonly [name: string, meaning: string])[] = [
  [OBJECTIVE, 'The objective; its labels `sli`, `period`, `critical` and `evidence` say what else there is to know of it.'],
  [MINUTE_GOOD, 'Of objectives counted by the minute: whether this one is good, 1 or 0.'],
  [byVersion('events', WINDOW), 'All events of the window.'],
  [byVersion('errors', WINDOW), 'The bad ones.'],
  [byVersion('error_ratio', WINDOW), 'Their share; absent without events.'],
  [byVersion('burn_rate', WINDOW), 'That by the error budget: at 1 the budget lasts its period.'],
  [byVersion('events', TILE), 'Events of five evaluations, put down side by side: what longer windows add up.'],
  [byVersion('errors', TILE), 'The bad ones.'],
  [byModel('watched', TILE), 'When it was written: its least value in a period says since when the objective is watched.'],
  [byModel('burn_rate', '6h'), 'Over all versions.'],
  [byModel('events', PART), 'Events of a part of the period, over all versions.'],
  [byModel('errors', PART), 'The bad ones.'],
  [byModel('budget_spent', PART), 'Share of the error budget that went in a part of the period.'],
  [byModel('budget_left', 'ratio'), 'What is left of the budget: 1 is all of it, below 0 it is overspent.'],
  [byModel('time_to_exhaustion', 'seconds'), 'How long what is left lasts at the burn rate of six hours.'],
  [
    sloSeries(SLICE_LEVEL, 'burn_rate', '6h'),
    'Of quality by ground truth, the slice values that burn fastest, over the long window of drift.',
  ],
];

/** The section of the metrics page on objectives, for models that have any. */
export function objectivesSection(): string {
  const lines = RECORDED.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return `### objectives

For models with a section \`slo\`: [docs/slo.md](slo.md) has what they mean. Windows: ${spelled(BURN_RATE_WINDOWS)}; those up to \`${COUNTED_WINDOWS.at(-1)}\` are counted from what is exported,
${spelled(ADDED_WINDOWS)} from counts of five minutes, ${spelled(TILED_WINDOWS)} from tiles. Parts of the period: ${spelled(Object.keys(SPENDING_PARTS))}. The label \`slo\` names the objective.

| name | meaning |
|---|---|
${lines.join('\n')}
`;
}
