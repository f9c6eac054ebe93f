import type { DataFrame, ValueMapping } from '@grafana/data';
import type { Promotion, PromotionsAnswer, RegistryVersion, VersionsAnswer } from '@modelwatch/core';
import { Column, frameOf, number, text, time, toMilliseconds } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { coloured } from '../frames/verdicts';

/** Metrics of evaluation that have columns of their own; the first by name. */
const METRICS_MAX = 20;

const STAGES: ValueMapping[] = coloured({ production: 'green', shadow: 'orange', staging: 'orange', archived: 'text', none: 'text' });

/** A row a version, the latest first. */
export function versionsFrame({ versions, more }: VersionsAnswer, promotions: readonly Promotion[], refId: string): DataFrame {
  const rows = [...versions].sort((a, b) => b.registeredSeconds - a.registeredSeconds);
  const metrics = [...new Set(rows.flatMap((one) => Object.keys(one.metrics)))].sort().slice(0, METRICS_MAX);
  const columns: Array<Column<RegistryVersion>> = [
    text('model', 'The model.', ({ model }) => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version.', ({ version }) => version),
    text('stage', 'Where the registry has it.', ({ stage }) => stage, { mappings: STAGES }),
    time('deployed', 'When it last came into production; empty where it never did.', (one) =>
      toMilliseconds(deployedSeconds(one, promotions)),
    ),
    time('registered', 'When it was registered.', ({ registeredSeconds }) => toMilliseconds(registeredSeconds)),
    time('staged', 'When it came to its stage.', ({ stagedSeconds }) => toMilliseconds(stagedSeconds)),
    text('owner', 'Whose it is.', ({ owner }) => owner),
    text('notes', 'What was said of it.', ({ notes }) => notes),
    text('dataSet', 'What it was trained on.', ({ lineage }) => lineage.dataSet, { displayName: 'data set' }),
    text('features', 'Where its features come from.', ({ lineage }) => lineage.features),
    text('code', 'The code that trained it.', ({ lineage }) => lineage.code),
    text('run', 'The run that trained it.', ({ lineage }) => lineage.run),
    text('digest', 'SHA-256 of its file.', ({ digest }) => digest),
    ...metrics.map((name) =>
      number<RegistryVersion>(`metric_${name}`, `${name}, as recorded at its evaluation.`, (one) => one.metrics[name], {
        displayName: name,
        unit: 'none',
      }),
    ),
  ];
  const notices = more ? [{ severity: 'warning' as const, text: `Only ${versions.length} versions are shown; choose a model.` }] : [];
  return frameOf({ refId, name: 'versions', rows, columns, notices });
}

function deployedSeconds({ model, version, stage, stagedSeconds }: RegistryVersion, promotions: readonly Promotion[]): number | undefined {
  const times = promotions
    .filter((one) => one.model === model && one.version === version && (one.state === 'committed' || one.state === 'done'))
    .map(({ stateSeconds }) => stateSeconds);
  if (times.length === 0) {
    return stage === 'production' ? stagedSeconds : undefined;
  }
  return Math.max(...times);
}

/** A row an exchange of the version in production, the latest first. */
export function promotionsFrame({ promotions }: PromotionsAnswer, refId: string): DataFrame {
  const rows = [...promotions].sort((a, b) => b.intendedSeconds - a.intendedSeconds);
  return frameOf<Promotion>({
    refId,
    name: 'promotions',
    rows,
    columns: [
      time('time', 'When it was asked for.', ({ intendedSeconds }) => toMilliseconds(intendedSeconds)),
      text('model', 'The model.', ({ model }) => model, { links: [DEBUG_BOARD] }),
      text('version', 'The version that was to take over.', ({ version }) => version),
      text('previous', 'The version in production until then.', ({ previous }) => previous),
      text('state', 'How far it came.', ({ state }) => state, {
        mappings: coloured({ intended: 'orange', committed: 'orange', done: 'green', aborted: 'red' }),
      }),
      text('reason', 'Why it was aborted.', ({ reason }) => reason),
      time('stateTime', 'When it came to its state.', ({ stateSeconds }) => toMilliseconds(stateSeconds), { displayName: 'since' }),
      text('id', 'Its id.', ({ id }) => id),
    ],
  });
}
