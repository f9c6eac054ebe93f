import type { BaselineFeature } from '@modelwatch/core';
import { parseBoolean, parseNumber } from '../baseline/number-token.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { nearestWord } from '../nearest-word.js';
import type { FeatureReader } from './feature-reader.js';
import { createLabelGate, type LabelGate } from './label-gate.js';

/** In what a request's features differ from those of the baseline. A renamed feature is one missing and one new in the same request. */
export const SCHEMA_ERROR_KINDS = ['missing_feature', 'wrong_type', 'new_feature'] as const;
export type SchemaErrorKind = (typeof SCHEMA_ERROR_KINDS)[number];

/** What a reader of JSON rows has found that its tensors do not show. */
export interface SchemaFindings {
  /** Features that no row has. */
  readonly absent: readonly string[];
  /** Fields that nothing asks for. */
  readonly unknown: readonly string[];
}

/**
 * Holds the features of requests and events against those of the baseline, and counts what differs, once a request or event and feature. It
 * looks at names and types alone: a value that is missing in a feature that is there is counted as missing, not here.
 */
export interface SchemaWatch {
  /** The gate that names of new features pass. */
  readonly gate: LabelGate;
  /** Counts of all features of the baseline, and of the new ones seen. */
  errors(): Iterable<readonly [feature: string, kind: SchemaErrorKind, count: number]>;
  /** A request's tensors. `datatypes` are those that the model itself takes, where it has refused the request. Cost: about 20 ns a feature. */
  checkRequest(
    inputs: readonly Tensor[],
    reader: FeatureReader,
    more?: { readonly findings?: SchemaFindings | undefined; readonly datatypes?: ReadonlyMap<string, string> },
  ): void;
  /** The features of an event. One without any says nothing of them. */
  checkEvent(features: Readonly<Record<string, unknown>>): void;
}

export interface SchemaWatchOptions {
  readonly features: readonly BaselineFeature[];
  /** Names that are no features and yet no fault: inputs of the model, slices, what the configuration leaves out. */
  readonly known: ReadonlySet<string>;
  readonly newFeaturesMax: number;
  /** Told of each new name once, with the missing feature that it may have been. */
  readonly onNew: (feature: string, similar: string | undefined) => void;
}

/** Values of a text column whose type is looked at: the rest of a request has the same type or none. */
const ROWS_LOOKED_AT = 64;
/** Tensor and field names remembered, and looked at in one request. */
const NAMES_MAX = 256;

export function createSchemaWatch({ features, known, newFeaturesMax, onNew }: SchemaWatchOptions): SchemaWatch {
  const index = new Map(features.map(({ name }, i) => [name, i]));
  const missing = new Float64Array(features.length);
  const wrongType = new Float64Array(features.length);
  const unknown = new Map<string, number>();
  const gate = createLabelGate(newFeaturesMax);
  const told = new Set<string>();
  /** The number of the request in which a feature was last seen, and last seen with a wrong type. */
  const seenIn = new Float64Array(features.length);
  const wrongIn = new Float64Array(features.length);
  let request = 0;
  const textOnly = features.map(
    (feature) =>
      feature.kind === 'categorical' &&
      // What a digest was made of is not known: words or numbers.
      feature.private === undefined &&
      feature.known.every((category) => (parseNumber(category) ?? parseBoolean(category)) === undefined),
  );
  interface Held {
    readonly targets: readonly number[];
    /** Whether every feature is there and numeric. */
    readonly isWholeAndNumeric: boolean;
  }
  type Columns = Map<string, Held>;
  /** By reader, then by name: of a tensor that stands alone, and of one among others. */
  const columnsOf = new WeakMap<FeatureReader, { readonly alone: Columns; readonly among: Columns }>();

  const columns = (reader: FeatureReader, name: string, isOnly: boolean): Held => {
    let caches = columnsOf.get(reader);
    if (caches === undefined) columnsOf.set(reader, (caches = { alone: new Map(), among: new Map() }));
    const cache = isOnly ? caches.alone : caches.among;
    let found = cache.get(name);
    if (found === undefined) {
      const targets = reader.featuresIn(name, isOnly);
      found = {
        targets,
        isWholeAndNumeric: features.length > 0 && features.every(({ kind }, i) => kind === 'numeric' && targets.includes(i)),
      };
      if (cache.size < NAMES_MAX) cache.set(name, found);
    }
    return found;
  };
  const wrong = (feature: number) => {
    if (wrongIn[feature] === request) return;
    wrongIn[feature] = request;
    wrongType[feature]!++;
  };
  const isNew = (name: string): boolean => !index.has(name) && !known.has(name);
  /** Counts what was not seen in this request, and the names that are new. */
  const close = (names: readonly string[]) => {
    let lost: string[] | undefined;
    for (let i = 0; i < features.length; i++) {
      if (seenIn[i] === request) continue;
      missing[i]!++;
      if (names.length > 0) (lost ??= []).push(features[i]!.name);
    }
    for (const name of names) {
      const before = gate.size;
      const shown = gate.admit(name);
      unknown.set(shown, (unknown.get(shown) ?? 0) + 1);
      if (gate.size === before || told.has(shown)) continue;
      told.add(shown);
      onNew(shown, lost === undefined ? undefined : nearestWord(shown, lost));
    }
  };
  return {
    gate,
    *errors() {
      for (const [i, { name }] of features.entries()) {
        yield [name, 'missing_feature', missing[i]!];
        yield [name, 'wrong_type', wrongType[i]!];
      }
      for (const [name, count] of unknown) yield [name, 'new_feature', count];
    },
    checkRequest(inputs, reader, more) {
      request++;
      const only = inputs.length === 1 && more?.findings === undefined && more?.datatypes === undefined ? inputs[0]! : undefined;
      // One tensor of numbers that holds every feature, all of them numeric, is what most clients send: nothing can differ.
      if (only !== undefined && only.datatype !== 'BYTES' && columns(reader, only.name, true).isWholeAndNumeric) return;
      let names: string[] | undefined;
      for (const tensor of inputs) {
        const { targets } = columns(reader, tensor.name, inputs.length === 1);
        const isRefused = more?.datatypes !== undefined && (more.datatypes.get(tensor.name) ?? tensor.datatype) !== tensor.datatype;
        let holds = false;
        for (let column = 0; column < targets.length; column++) {
          const feature = targets[column]!;
          if (feature < 0) continue;
          holds = true;
          seenIn[feature] = request;
          if (isRefused || isWrong(tensor, column, targets.length, features[feature]!.kind, textOnly[feature]!)) wrong(feature);
        }
        if (!holds && (names?.length ?? 0) < NAMES_MAX && isNew(tensor.name)) (names ??= []).push(tensor.name);
      }
      const { findings } = more ?? {};
      for (const name of findings?.absent ?? []) {
        const feature = index.get(name);
        if (feature !== undefined) seenIn[feature] = 0;
      }
      for (const name of findings?.unknown ?? []) if (isNew(name)) (names ??= []).push(name);
      close(names ?? []);
    },
    checkEvent(given) {
      request++;
      let names: string[] | undefined;
      let count = 0;
      for (const [name, value] of Object.entries(given)) {
        count++;
        const feature = index.get(name);
        if (feature === undefined) {
          if ((names?.length ?? 0) < NAMES_MAX && isNew(name)) (names ??= []).push(name);
          continue;
        }
        seenIn[feature] = request;
        const isNumeric = features[feature]!.kind === 'numeric';
        if (value !== null && (isNumeric ? typeof value !== 'number' : textOnly[feature]! && typeof value !== 'string')) wrong(feature);
      }
      if (count > 0) close(names ?? []);
    },
  };
}

/** Numbers in text where the baseline has numbers are a changed type, though they can be read; so are numbers where it has words alone. */
function isWrong({ datatype, data }: Tensor, column: number, width: number, kind: BaselineFeature['kind'], textOnly: boolean): boolean {
  // Numbers alone show themselves as wrong: a column without any value may have come as one of numbers.
  if (kind === 'categorical') return textOnly && datatype !== 'BYTES' && !isMissing(data, column, width);
  if (datatype !== 'BYTES') return false;
  for (let at = column, rows = 0; at < data.length && rows < ROWS_LOOKED_AT; at += width, rows++) {
    const text = data[at] as string;
    // A boolean of a JSON row comes as its text.
    if (text !== '' && parseBoolean(text) === undefined) return true;
  }
  return false;
}

/** Whether the values that are looked at are all missing. */
function isMissing(data: Tensor['data'], column: number, width: number): boolean {
  for (let at = column, rows = 0; at < data.length && rows < ROWS_LOOKED_AT; at += width, rows++) {
    if (!Number.isNaN(data[at])) return false;
  }
  return true;
}
