import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { EventKind } from '../../contracts/index.js';
import { modelwatchQuery } from './query.js';
import type { ModelwatchAsked } from './query.js';
import { MODELWATCH } from './variables.js';

interface Annotated {
  readonly name: string;
  readonly kind: EventKind;
  readonly color: string;
}

/** What is drawn over the panels of every board, each to be switched off by itself. The colours are those of the data source. */
const ANNOTATED: readonly Annotated[] = [
  { name: 'Deploys', kind: 'deploy', color: 'blue' },
  { name: 'Promotions', kind: 'promotion', color: 'green' },
  { name: 'Rollbacks', kind: 'rollback', color: 'orange' },
  { name: 'Retrains', kind: 'retrain', color: 'purple' },
  { name: 'Incidents', kind: 'incident', color: 'red' },
  { name: 'Maintenance', kind: 'maintenance', color: 'yellow' },
];

/** The annotations of a board, and Grafana's own for those that people write by hand. */
export const boardAnnotations = (asked: Partial<ModelwatchAsked>): readonly dashboard.AnnotationQueryBuilder[] => [
  ...ANNOTATED.map(({ name, kind, color }) =>
    new dashboard.AnnotationQueryBuilder()
      .name(name)
      .datasource(MODELWATCH)
      .enable(true)
      .hide(false)
      .iconColor(color)
      .target(modelwatchQuery({ refId: name, queryType: 'events', ...asked, eventKind: kind })),
  ),
  // Off until asked for: drift of fifty features is fifty regions.
  new dashboard.AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(MODELWATCH)
    .enable(false)
    .hide(false)
    .iconColor('red')
    .target(modelwatchQuery({ refId: 'Alerts', queryType: 'alerts', ...asked })),
  new dashboard.AnnotationQueryBuilder()
    .name('Annotations & Alerts')
    .datasource({ type: 'grafana', uid: '-- Grafana --' })
    .builtIn(1)
    .type('dashboard')
    .enable(true)
    .hide(true)
    .iconColor('rgba(0, 211, 255, 1)'),
];
