import { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

const COLORS = ['blue', 'orange', 'green', 'purple', 'red', 'yellow', 'semi-dark-blue', 'dark-orange'];

/** The colour of a version by its place; beyond the last they begin again, and the shapes tell them apart. */
export const versionColor = (theme: GrafanaTheme2, index: number) =>
  theme.visualization.getColorByName(COLORS[index % COLORS.length] ?? 'blue');

/** Circle, square, diamond, triangle: versions are told apart without colour too. */
function pathOf(index: number, size: number): string {
  switch (index % 4) {
    case 0:
      return `M${-size} 0A${size} ${size} 0 1 0 ${size} 0A${size} ${size} 0 1 0 ${-size} 0Z`;
    case 1:
      return `M${-size} ${-size}H${size}V${size}H${-size}Z`;
    case 2:
      return `M0 ${-size * 1.3}L${size * 1.3} 0L0 ${size * 1.3}L${-size * 1.3} 0Z`;
    default:
      return `M0 ${-size * 1.2}L${size * 1.2} ${size}H${-size * 1.2}Z`;
  }
}

/** The mark of a version around the origin; hollow and dashed where it is unsure. */
export function VersionMark({ index, size, hollow }: { readonly index: number; readonly size: number; readonly hollow?: boolean }) {
  const theme = useTheme2();
  const color = versionColor(theme, index);
  return (
    <path
      d={pathOf(index, size)}
      fill={hollow ? theme.colors.background.primary : color}
      stroke={hollow ? color : theme.colors.background.primary}
      strokeDasharray={hollow ? '2 2' : undefined}
    />
  );
}
