import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Detail } from '../mark-tooltip';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'feature', type: FieldType.string, meaning: 'the feature' },
  { name: 'drift', type: FieldType.number, meaning: 'the statistic of drift, across' },
  { name: 'impact', type: FieldType.number, meaning: 'weight of the feature in the model, up' },
  { name: 'critical', type: FieldType.number, optional: true, meaning: 'critical value of the statistic' },
];

/** The points drawn; of more, those of the greatest drift times impact. */
export const POINTS_MAX = 500;

export interface DriftPoint {
  readonly feature: string;
  readonly drift: number;
  readonly impact: number;
  readonly beyond: boolean;
  readonly description: string;
  readonly details: readonly Detail[];
  readonly links: () => LinkModel[];
}

export interface DriftImpact {
  readonly points: readonly DriftPoint[];
  readonly driftMax: number;
  readonly impactMax: number;
  readonly beyondCount: number;
  /** Features without a measured drift or impact. */
  readonly undeterminedCount: number;
  readonly leftOutCount: number;
}

/** Features by drift and impact, the greatest product first; what was not measured is counted and not drawn as 0. */
export function driftImpact(bound: BoundFrame): DriftImpact {
  const points: DriftPoint[] = [];
  for (let row = 0; row < bound.frame.length; row++) {
    const drift = numberAt(bound, 'drift', row);
    const impact = numberAt(bound, 'impact', row);
    if (drift === undefined || impact === undefined) {
      continue;
    }
    const feature = textAt(bound, 'feature', row) ?? 'unnamed';
    const critical = numberAt(bound, 'critical', row);
    const beyond = critical !== undefined && drift > critical;
    const limit = critical === undefined ? '' : `, ${beyond ? 'beyond' : 'within'} ${shown(bound.fields.get('critical'), critical).text}`;
    const words = { drift: shown(bound.fields.get('drift'), drift).text, impact: shown(bound.fields.get('impact'), impact).text };
    points.push({
      feature,
      drift,
      impact,
      beyond,
      description: `${feature}: drift ${words.drift}${limit}, impact ${words.impact}`,
      details: [
        { label: 'drift', value: words.drift },
        ...(critical === undefined ? [] : [{ label: 'critical value', value: shown(bound.fields.get('critical'), critical).text }]),
        { label: 'impact', value: words.impact },
      ],
      links: () => linksAt(bound, ['feature', 'drift', 'impact'], row),
    });
  }
  points.sort((a, b) => b.drift * b.impact - a.drift * a.impact);
  return {
    points: points.slice(0, POINTS_MAX),
    driftMax: points.reduce((most, { drift }) => Math.max(most, drift), 0),
    impactMax: points.reduce((most, { impact }) => Math.max(most, impact), 0),
    beyondCount: points.filter(({ beyond }) => beyond).length,
    undeterminedCount: bound.frame.length - points.length,
    leftOutCount: Math.max(0, points.length - POINTS_MAX),
  };
}
