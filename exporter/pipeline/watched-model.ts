import type { Baseline, ModelConfig, PredictionBatch, Role } from '@modelwatch/core';
import { durationSeconds } from '@modelwatch/core';
import type { Tensor } from '../models/open-inference/tensor.js';
import { createEstimateWatch } from './estimate-watch.js';
import { createFeatureReader, createOutputReader, type FeatureReader, type OutputReader } from './feature-reader.js';
import { createFreshnessWatch, type FreshnessWatch } from './freshness-watch.js';
import { createModelWatch, type ModelWatch } from './model-watch.js';
import { createRecentRows } from './recent-rows.js';
import { createReconstructionWatch } from './reconstruction-watch.js';
import { createRowBuffer, type RowBuffer } from './row-buffer.js';
import { createSchemaWatch, type SchemaFindings, type SchemaWatch, type SchemaWatchOptions } from './schema-watch.js';

/** One model version with all that watching it needs: how to read its predictions, where they are collected, what counts them. */
export interface WatchedModel {
  readonly name: string;
  readonly version: string;
  readonly role: Role;
  readonly watch: ModelWatch;
  readonly features: FeatureReader;
  readonly output: OutputReader;
  readonly buffer: RowBuffer;
  /** Request headers whose values are slices, by the slice's place; undefined for a slice from a feature. */
  readonly sliceHeaders: readonly (string | undefined)[];
  /** Undefined without a baseline: there is nothing to hold features against. */
  readonly schema: SchemaWatch | undefined;
  /** Undefined where the configuration does not say what has the time of events. */
  readonly freshness: FreshnessWatch | undefined;
}

export function createWatchedModel(options: {
  readonly config: ModelConfig;
  readonly baseline: Baseline | undefined;
  readonly localWindow: string;
  readonly nowSeconds: number;
  /** Names of the model's own inputs. */
  readonly inputNames?: readonly string[];
  /** Told of each new feature of requests once. */
  readonly onNewFeature?: SchemaWatchOptions['onNew'];
}): WatchedModel {
  const { config, baseline, localWindow, nowSeconds } = options;
  const { name, champion, slices } = config;
  const identity = { model: name, version: champion.version, role: 'champion' } as const;
  const features = baseline?.features ?? [];
  // A mapping names each feature and the output by itself.
  const { inputs, output } = champion.upstream?.mapping === undefined ? config : { inputs: undefined, output: {} };
  const reader = createFeatureReader({ features, inputs, sliceFeatures: slices.map(sliceFeature) });
  return {
    name,
    version: champion.version,
    role: 'champion',
    watch: createModelWatch({
      ...identity,
      baseline,
      slices,
      windowSeconds: durationSeconds(localWindow),
      nowSeconds,
      estimate: createEstimateWatch(config, baseline),
      reconstruction: createReconstructionWatch(config, baseline),
      recent: createRecentRows(config, baseline, durationSeconds(localWindow)),
    }),
    features: reader,
    output: createOutputReader(output.tensor, output.column),
    buffer: createRowBuffer({ ...identity, features, sliceNames: slices.map((slice) => slice.name) }),
    sliceHeaders: slices.map(({ header }) => header),
    schema: baseline === undefined ? undefined : schemaOf(config, baseline, options),
    freshness: createFreshnessWatch(config, features, reader),
  };
}

function schemaOf(
  { slices, inputs, schema, champion: { upstream } }: ModelConfig,
  { features }: Baseline,
  {
    inputNames = [],
    onNewFeature = () => undefined,
  }: { readonly inputNames?: readonly string[]; readonly onNewFeature?: SchemaWatchOptions['onNew'] },
): SchemaWatch {
  const known = [
    ...inputNames,
    ...Object.keys(inputs ?? {}),
    ...Object.keys(upstream?.mapping?.features ?? {}),
    ...slices.flatMap((slice) => sliceFeature(slice) ?? []),
    ...schema.ignored,
  ];
  return createSchemaWatch({ features, known: new Set(known), newFeaturesMax: schema.newFeaturesMax, onNew: onNewFeature });
}

/** The feature a slice takes its value from: that of its own name unless said otherwise; none where it comes from a header. */
export function sliceFeature({ name, feature, header }: ModelConfig['slices'][number]): string | undefined {
  return header === undefined ? (feature ?? name) : undefined;
}

/** One answered request, decoded. */
export interface AnsweredRequest {
  /** Of the request; row `i` of several is `id/i`. */
  readonly id: string;
  /** Of the rows that have an identity of their own. */
  readonly rowIds?: readonly (string | undefined)[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What reading its rows has shown of features that are not there. */
  readonly findings?: SchemaFindings | undefined;
  /** How long its model took; undefined where that is not known. */
  readonly scoringSeconds?: number;
  /** In the order of the model's slices; undefined where none comes from a header. */
  readonly headerSlices: readonly (string | undefined)[] | undefined;
  /** When its event happened, as a header says. */
  readonly eventTime?: string | undefined;
}

/** The identity of a row's prediction. */
export function rowId({ id, rowIds }: Pick<AnsweredRequest, 'id' | 'rowIds'>, row: number, rows: number): string {
  return rowIds?.[row] ?? (rows === 1 ? id : `${id}/${row}`);
}

/** Rows of one request collected in one go: a few milliseconds' worth. */
const ROWS_AT_ONCE = 4096;

/**
 * Collects rows of a request in the model's buffer, from a row on, handing out whole batches as it fills. Returns the row to go on from later,
 * or undefined where none is left; false where the tensors do not agree on a number of rows: nothing was collected then.
 */
export function collectRows(
  model: WatchedModel,
  answered: AnsweredRequest,
  from: number,
  onFull: (model: WatchedModel) => void,
): number | undefined | false {
  const { inputs, outputs, headerSlices } = answered;
  const rows = model.features.rowsOf(inputs);
  if (rows === undefined) return false;
  const output = model.output.read(outputs, rows);
  const { buffer } = model;
  const to = Math.min(rows, from + ROWS_AT_ONCE);
  for (let row = from; row < to; row++) {
    buffer.begin(rowId(answered, row, rows));
    model.features.readRow(inputs, row, buffer);
    if (output !== undefined) buffer.setOutput(output.at(row));
    if (headerSlices !== undefined) setSlices(buffer, headerSlices);
    if (buffer.full) onFull(model);
  }
  return to < rows ? to : undefined;
}

function setSlices(buffer: RowBuffer, values: readonly (string | undefined)[]): void {
  for (let i = 0; i < values.length; i++) if (values[i] !== undefined) buffer.setSlice(i, values[i]);
}

/** Counts what was collected, in this process and, for the join, in the store. */
export function flushRows(model: WatchedModel, timeSeconds: number, record: (batch: PredictionBatch) => void): void {
  const batch = model.buffer.take(timeSeconds);
  if (batch === undefined) return;
  model.watch.window.tick(timeSeconds);
  model.watch.observe(batch);
  record(batch);
}
