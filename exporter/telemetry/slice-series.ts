import { metric, OTHER_BIN, type MetricName } from '@modelwatch/core';
import { joinedCount, type JoinedCounts } from '../store/joined-counts.js';
import type { QualityTally, SeriesTally, StoreReadings } from '../store/index.js';
import { ownValues, type SliceCap } from '../store/slice-values.js';
import { labelText, withLabel } from './label-text.js';
import { OUTCOMES, unitBinLabels } from './quality-labels.js';
import type { QualityModel } from './quality-series.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Lines = Iterable<readonly [labels: string, value: number]>;

/** One value of a slice of one series, with its labels as text. */
interface SliceSeries {
  readonly labels: string;
  readonly counts: JoinedCounts;
}

const NONE = new Map<string, JoinedCounts>();

/**
 * Registers the families of quality by slice, as the store has counted them: outcomes of every version that the store knows, the rest of the champion that is
 * configured, whose slices it has.
 */
export function sliceQualityFamilies(registry: SlicedRegistry, readings: () => StoreReadings, models: () => readonly QualityModel[]): void {
  const championsOf = () => champions(readings(), models());
  const each = (name: MetricName, kinds: 'all' | 'probability', lines: (series: SliceSeries) => Lines) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const { model, labels, quality } of championsOf()) {
          if (kinds === 'all' || model.kind === kinds) for (const series of valuesOf(labels, quality)) yield* lines(series);
        }
      }),
    );
  registry.add(
    readFamily(metric('modelwatch_slice_confusion_total'), function* () {
      for (const { labels, quality } of classified(readings(), models())) {
        for (const { labels: own, counts } of valuesOf(labels, quality)) {
          for (const [outcome, field] of OUTCOMES) yield [withLabel(own, 'outcome', outcome), counts.confusion[field]];
        }
      }
    }),
  );
  each('modelwatch_slice_joined_total', 'all', ({ labels, counts }) => [[labels, counts.errors.count]]);
  each('modelwatch_slice_score_bin_total', 'probability', function* ({ labels, counts: { scores } }) {
    yield* binLines(withLabel(labels, 'truth', '0'), scores.negative);
    yield* binLines(withLabel(labels, 'truth', '1'), scores.positive);
  });
  each('modelwatch_slice_score_cumulative_total', 'probability', ({ labels, counts: { scores } }) => {
    let below = 0;
    return binLines(
      withLabel(labels, 'truth', '1'),
      scores.positive.map((count) => (below += count)),
    );
  });
  each('modelwatch_slice_calibration_score_total', 'probability', ({ labels, counts }) => binLines(labels, counts.calibration.scores));
  each('modelwatch_slice_calibration_positive_total', 'probability', ({ labels, counts }) =>
    binLines(labels, counts.calibration.positives),
  );
  each('modelwatch_slice_squared_error_total', 'all', ({ labels, counts }) => [[labels, counts.errors.squared]]);
  each('modelwatch_slice_over_error_total', 'all', ({ labels, counts }) => [[labels, counts.errors.over]]);
  each('modelwatch_slice_under_error_total', 'all', ({ labels, counts }) => [[labels, counts.errors.under]]);
  fillFamilies(registry, championsOf);
}

interface Champion {
  readonly model: QualityModel;
  readonly labels: string;
  readonly quality: QualityTally | undefined;
}

/** How full each slice is, and what is over. */
function fillFamilies(registry: SlicedRegistry, championsOf: () => readonly Champion[]): void {
  const each = (
    name: MetricName,
    of: (cap: SliceCap, shown: ReadonlyMap<string, JoinedCounts>, tail: ReadonlyMap<string, JoinedCounts>) => number,
  ) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const { model, labels, quality } of championsOf()) {
          for (const cap of model.slices ?? []) {
            const value = of(cap, quality?.slices.get(cap.name) ?? NONE, quality?.tail.get(cap.name) ?? NONE);
            yield [withLabel(labels, 'slice', cap.name), value];
          }
        }
      }),
    );
  each('modelwatch_slice_shown_values', (_, shown) => ownValues(shown));
  each('modelwatch_slice_shown_values_capacity', ({ valuesMax, worstMax = 0 }) => valuesMax + worstMax);
  each(
    'modelwatch_slice_kept_values',
    (_, shown, tail) => [...tail.keys()].filter((value) => value !== OTHER_BIN && !shown.has(value)).length,
  );
  each('modelwatch_slice_kept_values_capacity', ({ valuesMax, keptMax = valuesMax }) => keptMax - valuesMax);
  each('modelwatch_slice_unkept_total', (_, shown, tail) => {
    const unkept = tail.get(OTHER_BIN);
    return unkept === undefined ? 0 : joinedCount(unkept);
  });
}

/** Configured champions, each with what the store has counted of it. */
function champions({ series }: StoreReadings, models: readonly QualityModel[]): Champion[] {
  return models
    .filter(({ slices }) => slices !== undefined && slices.length > 0)
    .map((model) => ({ model, labels: labelsOf(model), quality: series.find((tally) => isOf(tally, model))?.quality }));
}

/** Classifications of every version that the store knows; of a challenger while it is configured. */
function classified({ series }: StoreReadings, models: readonly QualityModel[]): Pick<Champion, 'labels' | 'quality'>[] {
  const kinds = new Map(models.map(({ model, kind }) => [model, kind]));
  return series
    .filter((tally) => kinds.get(tally.model) === 'probability')
    .filter((tally) => tally.role !== 'challenger' || models.some((model) => isOf(tally, model)))
    .map((tally) => ({ labels: labelsOf(tally), quality: tally.quality }));
}

const isOf = (tally: SeriesTally, { model, version, role }: QualityModel) =>
  tally.model === model && tally.version === version && tally.role === role;

const labelsOf = ({ model, version, role }: Pick<QualityModel, 'model' | 'version' | 'role'>) =>
  labelText(['model', 'version', 'role'], [model, version, role]);

function* valuesOf(labels: string, quality: QualityTally | undefined): Iterable<SliceSeries> {
  for (const [slice, values] of quality?.slices ?? []) {
    const ofSlice = withLabel(labels, 'slice', slice);
    for (const [value, counts] of values) yield { labels: withLabel(ofSlice, 'slice_value', value), counts };
  }
}

const binLabels = new Map<number, readonly string[]>();

function* binLines(labels: string, counts: ArrayLike<number>): Lines {
  let bins = binLabels.get(counts.length);
  if (bins === undefined) binLabels.set(counts.length, (bins = unitBinLabels(counts.length)));
  for (let bin = 0; bin < counts.length; bin++) yield [withLabel(labels, 'bin', bins[bin]!), counts[bin]!];
}
