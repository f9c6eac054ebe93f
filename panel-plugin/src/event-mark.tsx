import { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

/** Colours of kinds, as the annotations of Modelwatch's data source have them. */
const COLORS: ReadonlyMap<string, string> = new Map([
  ['deploy', 'blue'],
  ['promotion', 'green'],
  ['rollback', 'orange'],
  ['retrain', 'purple'],
  ['training_job', 'semi-dark-purple'],
  ['incident', 'red'],
  ['maintenance', 'yellow'],
]);

export const eventColor = (theme: GrafanaTheme2, kind: string) => {
  const name = COLORS.get(kind);
  return name === undefined ? theme.colors.text.secondary : theme.visualization.getColorByName(name);
};

/** A shape a kind, so that they are told apart without colour: a rollback points back, a promotion up. */
function pathOf(kind: string, r: number): string {
  switch (kind) {
    case 'deploy':
      return `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`;
    case 'promotion':
      return `M0 ${-r}L${r} ${r}H${-r}Z`;
    case 'rollback':
      return `M${-r} 0L${r} ${-r}V${r}Z`;
    case 'retrain':
    case 'training_job':
      return `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
    case 'incident':
      return `M${-r} ${-r}L0 ${-r / 3}L${r} ${-r}L${r / 3} 0L${r} ${r}L0 ${r / 3}L${-r} ${r}L${-r / 3} 0Z`;
    case 'maintenance':
      return `M${-r} ${-r / 2}H${r}V${r / 2}H${-r}Z`;
    default:
      return `M${-r / 2} ${-r}H${r / 2}V${r}H${-r / 2}Z`;
  }
}

/** The mark of an event around the origin; hollow where it failed. */
export function EventMark({ kind, size, failed }: { readonly kind: string; readonly size: number; readonly failed?: boolean }) {
  const theme = useTheme2();
  const color = eventColor(theme, kind);
  return (
    <path
      d={pathOf(kind, size)}
      fill={failed ? theme.colors.background.primary : color}
      stroke={failed ? color : theme.colors.background.primary}
      strokeWidth={failed ? 2 : 1}
    />
  );
}
