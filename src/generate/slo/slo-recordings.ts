import type { Config, ModelConfig } from '../../contracts/index.js';
import { durationSeconds } from '../../contracts/index.js';
import { SLICE_COUNT_MIN } from '../../slices/index.js';
import { slosOf, SPENDING_PARTS, type ConfiguredSlo } from '../../slo/index.js';
import { number, parenthesised } from '../promql.js';
import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { OWN_VALUES } from '../recordings/slice-shares.js';
import type { RecordingRule, RuleGroup } from '../rule-file.js';
import { matcherOf, selectModels, shareAmongModels, type Select } from '../selector.js';
import { combinedSlos, groupsAsModels } from './combined-slos.js';
import { countsText } from './slo-counts.js';
import { minuteRule } from './slo-minutes.js';
import {
  ADDED_WINDOWS,
  ALL_VERSIONS,
  byModel,
  byVersion,
  COUNTED_WINDOWS,
  durationOf,
  labelsOf,
  OBJECTIVE,
  ofSlo,
  SLICE_LEVEL,
  sloSeries,
  TILE,
  TILED_WINDOWS,
  tileSeconds,
} from './slo-series.js';

type SloRulesConfig = Pick<Config, 'rules' | 'models'>;
type Write = (slo: ConfiguredSlo, model: ModelConfig, select: Select) => readonly RecordingRule[];

/** Values of a slice that burn fastest and are recorded, by slice. */
const WORST_VALUES = 10;
/** How long an objective is remembered after the last sidecar of its model. */
const MEMORY = '1d';

/**
 * What is recorded of objectives. Counts of an hour and less come from what is exported, and cost what their counters cost; longer windows add up
 * recorded counts, so that a month of a hundred features costs no more than a month of one counter. All else is one rule for all objectives of all models.
 */
export function sloRecordings({ models, rules: { interval } }: SloRulesConfig): readonly RuleGroup[] {
  if (models.every(({ slo }) => slo.length === 0)) return [];
  const ofEach = (write: Write) =>
    shareAmongModels(models, (model, select) => slosOf(model).flatMap((slo) => write(slo, model, select))).map(({ written }) => written);
  const tile = tileSeconds(interval);
  const group = (name: string, rules: readonly RecordingRule[], every = interval): readonly RuleGroup[] =>
    rules.length === 0 ? [] : [{ name: `modelwatch-slo-${name}`, interval: every, rules }];
  const added = (window: string, from: string, factor: number) => addedCounts(window, from, factor === 1 ? '' : ` * ${number(factor)}`);
  const groups = [
    group('objectives', [...ofEach(objectiveRule), ...combinedObjectives(models)]),
    group('minutes', ofEach(minuteRule)),
    ...COUNTED_WINDOWS.map((window) => {
      const counts = ofEach((slo, _model, select) => countRules(slo, window, interval, select));
      return group(window, [...counts, ...combinedCounts(models, window), ...readings(window)]);
    }),
    group('tiles', tileRules(tile), durationOf(tile)),
    ...ADDED_WINDOWS.map((window) => group(window, [...added(window, '5m', durationSeconds(interval) / 300), ...readings(window)])),
    ...TILED_WINDOWS.map((window) => group(window, [...added(window, TILE, 1), ...readings(window)])),
    group('burn-of-models', modelBurn()),
    group(
      'budgets',
      // A group has a budget of its own, also where the periods of some other model differ.
      shareAmongModels([...models, ...groupsAsModels(models)], budgetRules).map(({ written }) => written),
    ),
    group('slices', ofEach(sliceRule)),
  ];
  return groups.flat();
}

const objectiveRule: Write = (slo, _model, select) => [
  {
    record: OBJECTIVE,
    expr: `max by (model) (last_over_time(${select(SIDECAR_MODELS)}[${MEMORY}])) * 0 + ${number(slo.objective)}`,
    labels: objectiveLabels(slo),
  },
];

const objectiveLabels = (slo: ConfiguredSlo): Readonly<Record<string, string>> => ({
  ...labelsOf(slo),
  sli: slo.sli.name,
  period: slo.period,
  critical: String(slo.critical),
});

const combinedObjectives = (models: readonly ModelConfig[]): readonly RecordingRule[] =>
  combinedSlos(models).map(({ group, slo, models: those }) => ({
    record: OBJECTIVE,
    expr: `max(last_over_time(${selectModels(those)(SIDECAR_MODELS)}[${MEMORY}])) * 0 + ${number(slo.objective)}`,
    labels: { model: group, ...objectiveLabels(slo) },
  }));

function countRules(slo: ConfiguredSlo, window: string, interval: string, select: Select): readonly RecordingRule[] {
  const { events, errors } = countsText({ slo, window, interval, select });
  const labels = labelsOf(slo);
  return [
    { record: byVersion('events', window), expr: events, labels },
    { record: byVersion('errors', window), expr: errors, labels },
  ];
}

const combinedCounts = (models: readonly ModelConfig[], window: string): readonly RecordingRule[] =>
  combinedSlos(models).flatMap(({ group, slo, models: those }) =>
    ['events', 'errors'].map((metric) => ({
      record: byVersion(metric, window),
      expr: `sum(${selectModels(those)(byVersion(metric, window), ofSlo(slo.name))})`,
      labels: { model: group, version: ALL_VERSIONS, ...labelsOf(slo) },
    })),
  );

/** Counts of five minutes at each evaluation become counts of the time between two tiles. */
function tileRules(tile: number): readonly RecordingRule[] {
  const by = tile === 300 ? '' : ` * ${number(tile / 300)}`;
  return [
    ...['events', 'errors'].map((metric) => ({
      record: byVersion(metric, TILE),
      expr: `avg_over_time(${byVersion(metric, '5m')}[${durationOf(tile)}])${by}`,
    })),
    // Its least value in a window says since when the objective is watched there.
    { record: byModel('watched', TILE), expr: `max by (model, slo) (${OBJECTIVE}) * 0 + time()` },
  ];
}

const addedCounts = (window: string, from: string, factor: string): readonly RecordingRule[] =>
  ['events', 'errors'].map((metric) => ({
    record: byVersion(metric, window),
    expr: `sum_over_time(${byVersion(metric, from)}[${window}])${factor}`,
  }));

/** Where a restart changed what is known of an objective, that of before is there beside it until it is stale, and the stricter counts. */
const overBudget = (ratio: string): string => `${ratio}\n/ on (model, slo) group_left ()\n(1 - max by (model, slo) (${OBJECTIVE}))`;

/** Error ratio and burn rate of a window. Absent without events. */
const readings = (window: string): readonly RecordingRule[] => [
  {
    record: byVersion('error_ratio', window),
    expr: `clamp_max(\n  ${byVersion('errors', window)}\n  / (${byVersion('events', window)} > 0),\n  1\n)`,
  },
  { record: byVersion('burn_rate', window), expr: overBudget(byVersion('error_ratio', window)) },
];

const MODEL_LABELS = 'model, slo, evidence';

/** The burn rate that time to exhaustion follows from: of a model over all its versions. */
function modelBurn(): readonly RecordingRule[] {
  const sum = (metric: string) => `sum by (${MODEL_LABELS}) (${byVersion(metric, '6h')})`;
  return [{ record: byModel('burn_rate', '6h'), expr: overBudget(`${sum('errors')}\n/ (${sum('events')} > 0)`) }];
}

/**
 * The error budget of a model over all its versions, for one begins anew with none. What was spent within a part of the period is the error ratio of that
 * part by the budget, for as much of the period as the objective was watched: a young one has not spent what it had no time to spend.
 */
function budgetRules(model: ModelConfig, selectModel: Select): readonly RecordingRule[] {
  const slos = slosOf(model);
  return [...new Set(slos.map(({ period }) => period))].flatMap((period) => {
    const names = slos.filter((slo) => slo.period === period).map(({ name }) => name);
    const own = names.length === slos.length ? [] : [matcherOf('slo', names)];
    const select: Select = (metric, ...matchers) => selectModel(metric, ...own, ...matchers);
    const seconds = durationSeconds(period);
    const left = select(byModel('budget_left', 'ratio'));
    return [
      ...Object.entries(SPENDING_PARTS).flatMap(([part, share]) => spendingRules(part, share, seconds, select)),
      { record: byModel('budget_left', 'ratio'), expr: `1 - ${select(byModel('budget_spent', 'period'))}` },
      {
        record: byModel('time_to_exhaustion', 'seconds'),
        expr: `clamp_min(${left}, 0) * ${number(seconds)}\n/\n(${select(byModel('burn_rate', '6h'))} > 0)`,
      },
    ];
  });
}

function spendingRules(part: string, share: number, periodSeconds: number, select: Select): readonly RecordingRule[] {
  const window = durationOf(periodSeconds * share);
  const [events, errors] = [byModel('events', part), byModel('errors', part)];
  const sum = (metric: string) => `sum by (${MODEL_LABELS}) (sum_over_time(${select(byVersion(metric, TILE))}[${window}]))`;
  const watched = `clamp_max((time() - min_over_time(${select(byModel('watched', TILE))}[${window}])) / ${number(periodSeconds)}, ${share})`;
  return [
    { record: events, expr: sum('events') },
    { record: errors, expr: sum('errors') },
    {
      record: byModel('budget_spent', part),
      expr: `${overBudget(parenthesised(`${select(errors)}\n/ (${select(events)} > 0)`))}\n* on (model, slo) group_left ()\n${watched}`,
    },
  ];
}

/** The values of slices that burn the budget of quality fastest, over the long window of drift. */
const sliceRule: Write = (slo, { alerts }, select) => {
  const events = slo.sli.events(slo.config);
  if (slo.evidence !== 'ground_truth' || events.kind !== 'counters') return [];
  const window = alerts.driftWindows[1]!;
  const of = (metric: string) =>
    select(`model_version_role_slice_slice_value:modelwatch_slice_${metric}:${window}`, 'role!="challenger"', OWN_VALUES);
  const accuracy = parenthesised(`${of('accuracy_ratio')}\nand\n${of('classifications')} >= ${SLICE_COUNT_MIN}`).replaceAll('\n', '\n  ');
  return [
    {
      record: sloSeries(SLICE_LEVEL, 'burn_rate', window),
      expr: `topk by (model, version, slice) (\n  ${WORST_VALUES},\n  (1 - max by (model, version, slice, slice_value) ${accuracy})\n  / ${number(1 - slo.objective)}\n)`,
      labels: labelsOf(slo),
    },
  ];
};
