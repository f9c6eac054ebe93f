import { createDataFrame, DataFrame, FieldType, ThresholdsMode } from '@grafana/data';
import type { ModelsAnswer } from '@modelwatch/core';

/** What `alerts.baselineAgeMax` is unless the configuration says otherwise. */
const BASELINE_AGE_SECONDS_MAX = 90 * 86_400;

/** A row a model, with what the registry says of the version at work. */
export function modelsFrame({ models }: ModelsAnswer, refId: string): DataFrame {
  const text = (name: string, description: string, values: ReadonlyArray<string | null>) => ({
    name,
    type: FieldType.string,
    config: { description },
    values: [...values],
  });
  return createDataFrame({
    refId,
    name: 'models',
    meta: { preferredVisualisationType: 'table' },
    fields: [
      text(
        'model',
        'Name of the model.',
        models.map(({ name }) => name),
      ),
      text(
        'team',
        'Who is paged for it.',
        models.map(({ team }) => team),
      ),
      text(
        'role',
        'How the version takes part.',
        models.map(({ role }) => role),
      ),
      text(
        'version',
        'The version at work.',
        models.map(({ version }) => version),
      ),
      text(
        'stage',
        'Where the registry has the version; empty where it does not hold it.',
        models.map(({ stage }) => stage ?? null),
      ),
      {
        name: 'ready',
        type: FieldType.boolean,
        config: { description: 'Whether requests to it are answered now.' },
        values: models.map(({ ready }) => ready),
      },
      {
        name: 'baselineAge',
        type: FieldType.number,
        config: {
          displayName: 'baseline age',
          description: 'Since the baseline was made; empty where there is none.',
          unit: 's',
          min: 0,
          thresholds: {
            mode: ThresholdsMode.Absolute,
            steps: [
              { value: -Infinity, color: 'green' },
              { value: BASELINE_AGE_SECONDS_MAX, color: 'orange' },
            ],
          },
        },
        values: models.map(({ baselineAgeSeconds }) => baselineAgeSeconds ?? null),
      },
      text(
        'challengers',
        'Versions compared with it.',
        models.map(({ challengers }) => challengers.map(({ version }) => version).join(', ')),
      ),
      text(
        'slices',
        'By what its quality is broken down.',
        models.map(({ slices }) => slices.join(', ')),
      ),
      {
        name: 'features',
        type: FieldType.number,
        config: { description: 'Features of its baseline.', unit: 'short', decimals: 0 },
        values: models.map(({ features }) => features.length),
      },
    ],
  });
}
