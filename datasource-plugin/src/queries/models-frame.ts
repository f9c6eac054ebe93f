import type { DataFrame } from '@grafana/data';
import type { ModelsAnswer, ModelSummary } from '@modelwatch/core';
import { worseFrom } from '../frames/bars';
import { COUNT, frameOf, number, text, truth } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';

/** A row a model, with what the registry says of the version at work. */
export function modelsFrame({ models }: ModelsAnswer, refId: string): DataFrame {
  // A field has one set of thresholds: the strictest bar of all that are shown; `baselineStale` goes by each model's own.
  const bar = Math.min(
    ...models.filter(({ baselineAgeSeconds }) => baselineAgeSeconds !== undefined).map((model) => model.baselineAgeSecondsMax),
  );
  return frameOf<ModelSummary>({
    refId,
    name: 'models',
    rows: models,
    columns: [
      text('model', 'Name of the model.', ({ name }) => name, { links: [DEBUG_BOARD] }),
      text('team', 'Who is paged for it.', ({ team }) => team),
      text('role', 'How the version takes part.', ({ role }) => role),
      text('version', 'The version at work.', ({ version }) => version),
      text('stage', 'Where the registry has the version; empty where it does not hold it.', ({ stage }) => stage),
      truth('ready', 'Whether requests to it are answered now.', ({ ready }) => ready),
      number('baselineAge', 'Since the baseline was made; empty where there is none.', ({ baselineAgeSeconds }) => baselineAgeSeconds, {
        displayName: 'baseline age',
        unit: 's',
        min: 0,
        ...(Number.isFinite(bar) ? { thresholds: worseFrom([bar, 'orange']) } : {}),
      }),
      truth('baselineStale', 'Whether the baseline is older than the configuration allows; empty where there is none.', staleOf, {
        displayName: 'baseline stale',
      }),
      text('challengers', 'Versions compared with it.', ({ challengers }) => challengers.map(({ version }) => version).join(', ')),
      text('slices', 'By what its quality is broken down.', ({ slices }) => slices.join(', ')),
      number('features', 'Features of its baseline.', ({ features }) => features.length, COUNT),
    ],
  });
}

/** As the alert has it: beyond `alerts.baselineAgeMax`. */
function staleOf({ baselineAgeSeconds, baselineAgeSecondsMax }: ModelSummary): boolean | undefined {
  return baselineAgeSeconds === undefined ? undefined : baselineAgeSeconds > baselineAgeSecondsMax;
}
