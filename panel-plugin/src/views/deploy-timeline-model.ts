import { DataFrame, FieldType, LinkModel } from '@grafana/data';
import { bind, BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Detail } from '../mark-tooltip';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'time', type: FieldType.time, meaning: 'when it happened or began' },
  {
    name: 'kind',
    type: FieldType.string,
    meaning: 'deploy, promotion, rollback, retrain, training_job, incident, maintenance or any other',
  },
  { name: 'model', type: FieldType.string, optional: true, meaning: 'the model; absent where it is of all' },
  { name: 'version', type: FieldType.string, optional: true, meaning: 'the version; each has a lane' },
  { name: 'timeEnd', type: FieldType.time, optional: true, meaning: 'when it ended; drawn as a region' },
  { name: 'title', type: FieldType.string, optional: true, meaning: 'what to call it' },
  { name: 'text', type: FieldType.string, optional: true, meaning: 'what people wrote about it' },
  { name: 'status', type: FieldType.string, optional: true, meaning: 'running, succeeded or failed' },
  { name: 'id', type: FieldType.string, optional: true, meaning: 'the same in the annotations of the board is drawn once' },
];

/** A further frame, from which it is known what was at work before the first event. */
const VERSION_NEEDS: readonly FieldNeed[] = [
  { name: 'model', type: FieldType.string, meaning: 'the model' },
  { name: 'version', type: FieldType.string, meaning: 'the version' },
  { name: 'deployed', type: FieldType.time, meaning: 'when it was deployed' },
];

export const LANES_MAX = 40;
export const EVENTS_MAX = 500;

/** Those that put a version to work in place of the one before. */
const CHANGES = new Set(['deploy', 'promotion', 'rollback']);

export interface TimelineEvent {
  readonly at: number;
  readonly until?: number;
  readonly kind: string;
  readonly failed: boolean;
  /** Undefined where it is of all lanes. */
  readonly lane?: number;
  readonly title: string;
  readonly description: string;
  readonly details: readonly Detail[];
  readonly links: () => LinkModel[];
}

export interface Lane {
  readonly label: string;
  readonly atWork: ReadonlyArray<readonly [from: number, to: number]>;
}

export interface DeployTimeline {
  readonly lanes: readonly Lane[];
  readonly events: readonly TimelineEvent[];
  readonly kinds: readonly string[];
  readonly leftOutLaneCount: number;
  readonly leftOutEventCount: number;
}

interface Reported {
  readonly bound: BoundFrame;
  readonly row: number;
  readonly at: number;
  readonly until?: number;
  readonly kind: string;
  readonly model?: string;
  readonly version?: string;
  readonly failed: boolean;
  readonly id?: string;
}

interface Change {
  readonly at: number;
  readonly model: string;
  readonly version: string;
}

function reportedIn(bound: BoundFrame, kindOtherwise: string): Reported[] {
  const all: Reported[] = [];
  for (let row = 0; row < bound.frame.length; row++) {
    const at = numberAt(bound, 'time', row);
    const until = numberAt(bound, 'timeEnd', row);
    if (at !== undefined) {
      all.push({
        bound,
        row,
        at,
        until: until !== undefined && until > at ? until : undefined,
        kind: textAt(bound, 'kind', row) ?? kindOtherwise,
        model: textAt(bound, 'model', row),
        version: textAt(bound, 'version', row),
        failed: textAt(bound, 'status', row) === 'failed',
        id: textAt(bound, 'id', row),
      });
    }
  }
  return all;
}

/** Annotations of the board have no kind, and stand beside the events of the same id no second time. */
function annotated(annotations: readonly DataFrame[], reported: readonly Reported[]): Reported[] {
  const known = new Set(reported.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const needs = NEEDS.map((need) => (need.name === 'time' ? need : { ...need, optional: true as const }));
  return annotations.flatMap((frame) => {
    const binding = bind([frame], needs);
    return binding.kind === 'bound' ? reportedIn(binding.bound, 'annotation').filter(({ id }) => id === undefined || !known.has(id)) : [];
  });
}

function changesOf(reported: readonly Reported[], series: readonly DataFrame[]): Change[] {
  const told = reported.flatMap(({ at, kind, model, version, failed }) =>
    CHANGES.has(kind) && !failed && version !== undefined ? [{ at, model: model ?? '', version }] : [],
  );
  const versions = bind(series, VERSION_NEEDS);
  if (versions.kind === 'bound') {
    for (let row = 0; row < versions.bound.frame.length; row++) {
      const at = numberAt(versions.bound, 'deployed', row);
      const version = textAt(versions.bound, 'version', row);
      if (at !== undefined && version !== undefined) {
        told.push({ at, model: textAt(versions.bound, 'model', row) ?? '', version });
      }
    }
  }
  return told.sort((a, b) => a.at - b.at);
}

const laneKey = (model: string | undefined, version: string) => JSON.stringify([model ?? '', version]);

interface Range {
  readonly from: number;
  readonly to: number;
}

/** From each change to the next of the same model, within the range. */
function atWorkOf(changes: readonly Change[], { from, to }: Range): Map<string, Array<readonly [number, number]>> {
  const spans = new Map<string, Array<readonly [number, number]>>();
  const nextOf = new Map<string, number>();
  for (const { at, model, version } of [...changes].reverse()) {
    const end = Math.min(nextOf.get(model) ?? to, to);
    nextOf.set(model, at);
    const key = laneKey(model, version);
    const begin = Math.max(at, from);
    spans.set(key, end > begin ? [[begin, end], ...(spans.get(key) ?? [])] : (spans.get(key) ?? []));
  }
  return spans;
}

/** Lanes of one model beside one another, models and versions in the order of their latest event; of too many, the earliest go. */
function laneKeysOf(reported: readonly Reported[], changes: readonly Change[], { from }: Range, spans: Map<string, unknown[]>): string[] {
  const latest = new Map<string, number>();
  const latestOfModel = new Map<string, number>();
  const touch = (model: string | undefined, version: string | undefined, at: number) => {
    if (version !== undefined) {
      const key = laneKey(model, version);
      latest.set(key, Math.max(latest.get(key) ?? -Infinity, at));
      latestOfModel.set(model ?? '', Math.max(latestOfModel.get(model ?? '') ?? -Infinity, at));
    }
  };
  reported.forEach(({ model, version, at }) => touch(model, version, at));
  // What was at work before the range alone has nothing to show; what was told is within it, or reaches into it.
  changes
    .filter(({ model, version, at }) => at >= from || (spans.get(laneKey(model, version))?.length ?? 0) > 0)
    .forEach(({ model, version, at }) => touch(model, version, at));
  const modelOf = (key: string) => String((JSON.parse(key) as unknown[])[0]);
  return [...latest]
    .sort(([a, atA], [b, atB]) => {
      const [modelA, modelB] = [modelOf(a), modelOf(b)];
      return modelA === modelB
        ? atB - atA
        : (latestOfModel.get(modelB) ?? 0) - (latestOfModel.get(modelA) ?? 0) || modelA.localeCompare(modelB);
    })
    .map(([key]) => key);
}

function eventOf({ bound, row, at, until, kind, model, version, failed }: Reported, lane: number | undefined): TimelineEvent {
  const timeField = bound.fields.get('time');
  const when = shown(timeField, at).text;
  const end = until === undefined ? undefined : shown(bound.fields.get('timeEnd') ?? timeField, until).text;
  const status = textAt(bound, 'status', row);
  const told = textAt(bound, 'text', row);
  const title = textAt(bound, 'title', row) ?? [kind, model, version].filter((part) => part !== undefined).join(' ');
  return {
    at,
    until,
    kind,
    failed,
    lane,
    title,
    description: `${title}: ${when}${end ? ` to ${end}` : ''}${status ? `, ${status}` : ''}${told ? `; ${told}` : ''}`,
    details: [
      { label: 'time', value: when },
      ...(end ? [{ label: 'end', value: end }] : []),
      ...(model ? [{ label: 'model', value: model }] : []),
      ...(version ? [{ label: 'version', value: version }] : []),
      ...(status ? [{ label: 'status', value: status }] : []),
      ...(told ? [{ label: 'text', value: told }] : []),
    ],
    links: () => linksAt(bound, ['title', 'model', 'version', 'kind', 'id'], row),
  };
}

interface Given extends Range {
  readonly series: readonly DataFrame[];
  readonly annotations: readonly DataFrame[];
}

/** Versions as lanes with the times when they were at work, and what happened, each on its lane or across all. */
export function deployTimeline(bound: BoundFrame, { series, annotations, from, to }: Given): DeployTimeline {
  const own = reportedIn(bound, 'event');
  const reported = [...own, ...annotated(annotations, own)].sort((a, b) => a.at - b.at);
  const changes = changesOf(own, series);
  const spans = atWorkOf(changes, { from, to });
  const keys = laneKeysOf(
    reported.filter(({ at, until }) => at <= to && (until ?? at) >= from),
    changes.filter(({ at }) => at <= to),
    { from, to },
    spans,
  );
  const drawnKeys = keys.slice(0, LANES_MAX);
  const lanes = new Map(drawnKeys.map((key, index) => [key, index]));
  const visible = reported.filter(({ at, until }) => at <= to && (until ?? at) >= from);
  const events = visible
    .slice(-EVENTS_MAX)
    .map((each) => eventOf(each, each.version === undefined ? undefined : lanes.get(laneKey(each.model, each.version))));
  const several = new Set(drawnKeys.map((key) => String((JSON.parse(key) as unknown[])[0]))).size > 1;
  return {
    lanes: drawnKeys.map((key) => {
      const [model, version] = JSON.parse(key) as [string, string];
      return { label: several && model !== '' ? `${model} ${version}` : version, atWork: spans.get(key) ?? [] };
    }),
    events,
    kinds: [...new Set(events.map(({ kind }) => kind))],
    leftOutLaneCount: keys.length - drawnKeys.length,
    leftOutEventCount: visible.length - events.length,
  };
}
