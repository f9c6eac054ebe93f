import type { AnnotationEvent, AnnotationQuery, AnnotationSupport, DataFrame } from '@grafana/data';
import { of } from 'rxjs';
import { migrateQuery, type ModelwatchQuery, QUERY_SCHEMA_VERSION } from './query';
import { ALERT_KIND, alertColor } from './queries/alerts-frame';
import { EVENT_KINDS } from './queries/events-frame';

/** What can be annotations. */
const ANNOTATED = ['events', 'alerts'];

/** Events or alerts on every panel of a board: what lasted as a region, each kind in its colour. */
export const annotationSupport: AnnotationSupport<ModelwatchQuery> = {
  getDefaultQuery: () => ({ schemaVersion: QUERY_SCHEMA_VERSION, queryType: 'events' }),
  prepareQuery: ({ target, name }: AnnotationQuery<ModelwatchQuery>) => ({
    ...migrateQuery({
      ...target,
      queryType: target !== undefined && ANNOTATED.includes(target.queryType) ? target.queryType : 'events',
      live: undefined,
    }),
    refId: target?.refId ?? name,
  }),
  processEvents: (_annotation, frames) => of(frames.flatMap(annotationsOf)),
};

function annotationsOf(frame: DataFrame): AnnotationEvent[] {
  const columns = new Map(frame.fields.map((field) => [field.name, field]));
  return Array.from({ length: frame.length }, (_, row) => {
    const of = (name: string): unknown => columns.get(name)?.values[row];
    const kind = String(of('kind'));
    const timeEnd = of('timeEnd');
    return {
      id: String(of('id')),
      time: Number(of('time')),
      ...(typeof timeEnd === 'number' ? { timeEnd, isRegion: true } : {}),
      title: String(of('title')),
      text: String(of('text')),
      tags: String(of('tags')).split(','),
      color: kind === ALERT_KIND ? alertColor(String(of('severity'))) : eventColor(kind),
    };
  });
}

const eventColor = (kind: string): string => Object.entries(EVENT_KINDS).find(([name]) => name === kind)?.[1].color ?? 'text';
