import type { DataFrame, ValueMapping } from '@grafana/data';
import type { ChallengersAnswer, ModelSummary, Promotion, PromotionsAnswer, RegistryVersion, VersionsAnswer } from '@modelwatch/core';
import { Column, frameOf, number, text, time, toMilliseconds } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { VERDICT_COLORS } from '../frames/states';
import { coloured } from '../frames/verdicts';

/** Metrics of evaluation that have columns of their own; the first by name. */
const METRICS_MAX = 20;

const STAGES: ValueMapping[] = coloured({
  production: 'green',
  champion: 'green',
  canary: 'orange',
  shadow: 'orange',
  challenger: 'orange',
  staging: 'orange',
  archived: 'text',
  none: 'text',
});
/** What is at work comes first, what is over last. */
const STAGE_ORDER = Object.keys(STAGES[0]?.options ?? {});
const HEALTH: ValueMapping[] = coloured({ ready: 'green', 'not ready': 'red' });

/** A version that is at work, from the registry or from the configuration alone. */
export interface AtWork {
  readonly model: string;
  readonly version: string;
  readonly role: string;
  readonly ready: boolean;
  readonly verdict?: string;
}

export function versionsAtWork(models: readonly ModelSummary[], compared: readonly ChallengersAnswer[]): AtWork[] {
  return models.flatMap(({ name, version, role, ready, challengers }) => [
    { model: name, version, role, ready },
    ...challengers.map((one) => {
      const told = compared.find(({ model }) => model === name)?.challengers.find((other) => other.version === one.version);
      return { model: name, version: one.version, role: 'challenger', ready: one.ready, verdict: told?.verdict ?? undefined };
    }),
  ]);
}

/** What the registry holds of a version, and how it does at work. */
type Row = Partial<Omit<RegistryVersion, 'stage'>> &
  Pick<RegistryVersion, 'model' | 'version' | 'lineage' | 'metrics'> & { readonly stage: string; readonly work?: AtWork };

/** A row a version, stage by stage and the latest of each first. */
export function versionsFrame(
  { versions, more }: VersionsAnswer,
  promotions: readonly Promotion[],
  atWork: readonly AtWork[],
  refId: string,
): DataFrame {
  const isOf = (work: AtWork) => (one: { readonly model: string; readonly version: string }) =>
    one.model === work.model && one.version === work.version;
  const rows: Row[] = [
    ...versions.map((one) => ({ ...one, work: atWork.find((work) => isOf(work)(one)) })),
    ...atWork
      .filter((work) => !versions.some(isOf(work)))
      .map((work) => ({ model: work.model, version: work.version, stage: work.role, lineage: {}, metrics: {}, work })),
  ];
  const rank = ({ stage }: Row) => (STAGE_ORDER.includes(stage) ? STAGE_ORDER.indexOf(stage) : STAGE_ORDER.length);
  rows.sort((a, b) => rank(a) - rank(b) || (b.registeredSeconds ?? 0) - (a.registeredSeconds ?? 0));
  const metrics = [...new Set(rows.flatMap((one) => Object.keys(one.metrics)))].sort().slice(0, METRICS_MAX);
  const columns: Array<Column<Row>> = [
    text('model', 'The model.', ({ model }) => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version.', ({ version }) => version),
    text('stage', 'Where the registry has it; its role at work where the registry does not hold it.', ({ stage }) => stage, {
      mappings: STAGES,
    }),
    text('health', 'Whether requests to it are answered now; empty where it is not at work.', ({ work }) => healthOf(work), {
      mappings: HEALTH,
    }),
    text('verdict', 'What the rollout rule says of it; empty of what is no challenger.', ({ work }) => work?.verdict, {
      mappings: VERDICT_COLORS,
    }),
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
      number<Row>(`metric_${name}`, `${name}, as recorded at its evaluation.`, (one) => one.metrics[name], {
        displayName: name,
        unit: 'none',
      }),
    ),
  ];
  const notices = more ? [{ severity: 'warning' as const, text: `Only ${versions.length} versions are shown; choose a model.` }] : [];
  return frameOf({ refId, name: 'versions', rows, columns, notices });
}

const healthOf = (work: AtWork | undefined) => (work === undefined ? undefined : work.ready ? 'ready' : 'not ready');

function deployedSeconds({ model, version, stage, stagedSeconds }: Row, promotions: readonly Promotion[]): number | undefined {
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
