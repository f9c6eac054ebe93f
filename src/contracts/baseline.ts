import type { FromSchema } from 'json-schema-to-ts';
import { evaluation } from './baseline-evaluation.js';
import { explanations } from './baseline-explanations.js';
import { count, digest, sourceFiles } from './baseline-parts.js';
import { reconstruction } from './baseline-reconstruction.js';

const moments = {
  type: 'object',
  additionalProperties: false,
  required: ['count', 'mean', 'm2', 'min', 'max'],
  properties: {
    count,
    mean: { type: ['number', 'null'] },
    m2: { type: 'number', minimum: 0, description: 'Sum of squared deviations from the mean; population variance is m2 / count.' },
    min: { type: ['number', 'null'] },
    max: { type: ['number', 'null'] },
  },
} as const;

const numericFeature = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'kind', 'edges', 'counts', 'missing', 'moments'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 128 },
    kind: { const: 'numeric' },
    edges: {
      type: 'array',
      maxItems: 100,
      items: { type: 'number' },
      description: 'Ascending inner bin edges; bin i holds edges[i-1] < x <= edges[i], the tails are open.',
    },
    counts: { type: 'array', minItems: 1, maxItems: 101, items: count, description: 'Reference counts by bin: one more than edges.' },
    missing: count,
    moments,
  },
} as const;

/** A feature may be private; the watched output cannot. */
const numericOrPrivate = {
  ...numericFeature,
  properties: {
    ...numericFeature.properties,
    private: {
      const: true,
      description: 'The feature is private: the least and the greatest value are left out, and no value counts as out of range.',
    },
  },
} as const;

const categoricalFeature = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'kind', 'categories', 'known', 'counts', 'missing'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 128 },
    kind: { const: 'categorical' },
    categories: { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 256 }, uniqueItems: true },
    known: {
      type: 'array',
      maxItems: 10000,
      items: { type: 'string', minLength: 1, maxLength: 256 },
      description: 'Categories of the reference that are counted as __other__.',
    },
    counts: { type: 'array', minItems: 2, maxItems: 102, items: count, description: 'By category, then __other__, then __unseen__ (0).' },
    missing: count,
    private: {
      type: 'object',
      additionalProperties: false,
      required: ['salt'],
      description: 'The feature is private: categories and known are digests of its values, and a value is digested before it is counted.',
      properties: { salt: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'The key of the digests.' } },
    },
  },
} as const;

/**
 * A baseline: what the model's features and output looked like at training time, in bins frozen for good, with rows to replay. Readable JSON.
 * The schema checks form; `readBaseline` checks meaning too (counts as long as bins, edges ascending, golden rows as wide as features).
 */
export const baselineSchema = {
  $id: 'modelwatch-baseline-1.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Modelwatch baseline',
  type: 'object',
  additionalProperties: false,
  required: ['schemaVersion', 'model', 'version', 'provenance', 'features', 'output', 'goldenRows'],
  properties: {
    schemaVersion: { const: 1 },
    model: { type: 'string' },
    version: { type: 'string' },
    provenance: {
      type: 'object',
      additionalProperties: false,
      required: ['createdAt', 'rows', 'files', 'tool'],
      properties: {
        createdAt: { type: 'string', format: 'date-time' },
        rows: count,
        files: sourceFiles,
        modelDigest: digest,
        tool: { type: 'string', description: 'Name and version of the program that made it.' },
      },
    },
    features: { type: 'array', minItems: 1, maxItems: 10000, items: { anyOf: [numericOrPrivate, categoricalFeature] } },
    output: { ...numericFeature, description: 'The watched output over the reference rows.' },
    quality: {
      type: 'object',
      description: 'Quality recorded at evaluation, by metric name.',
      additionalProperties: { type: 'number' },
    },
    evaluation,
    reconstruction,
    goldenRows: {
      type: 'object',
      additionalProperties: false,
      required: ['features', 'outputs', 'toleranceAbsolute'],
      properties: {
        features: {
          type: 'array',
          maxItems: 1000,
          items: { type: 'array', items: { type: ['number', 'string', 'null'] } },
          description: 'Rows of feature values in the order of features; null is missing.',
        },
        outputs: { type: 'array', maxItems: 1000, items: { type: 'number' }, description: 'The output recorded in training, by row.' },
        toleranceAbsolute: { type: 'number', exclusiveMinimum: 0 },
      },
    },
    explanations,
  },
} as const;

export { RECONSTRUCTION_BASELINE_FEATURES_MAX } from './baseline-reconstruction.js';

export type Baseline = FromSchema<typeof baselineSchema>;
export type BaselineExplanations = NonNullable<Baseline['explanations']>;
export type BaselineFeature = Baseline['features'][number];
export type NumericBaselineFeature = Extract<BaselineFeature, { kind: 'numeric' }>;
export type CategoricalBaselineFeature = Extract<BaselineFeature, { kind: 'categorical' }>;
export type BaselineEvaluation = NonNullable<Baseline['evaluation']>;
export type BaselineReconstruction = NonNullable<Baseline['reconstruction']>;
