import { useTheme2 } from '@grafana/ui';
import React from 'react';
import { Scale } from './axis-scale';
import { shorten } from './shorten';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

interface Props {
  readonly ticks: readonly Tick[];
  readonly scale: Scale;
  /** Where the axis stands on the other one, in pixels. */
  readonly at: number;
  /** How far the lines of the grid reach from the axis, in pixels; up and right. */
  readonly reach: number;
  readonly label?: string;
}

const LETTER_WIDTH = 6.5;

/** Grid, ticks and the name of the value below a plot. */
export function BottomAxis({ ticks, scale, at, reach, label }: Props) {
  const theme = useTheme2();
  const last = ticks[ticks.length - 1];
  return (
    <g aria-hidden fill={theme.colors.text.secondary}>
      {ticks.map((tick) => (
        <g key={tick.at} transform={`translate(${scale(tick.at)} ${at})`}>
          <line y1={0} y2={-reach} stroke={theme.colors.border.weak} />
          <text y={theme.spacing.gridSize * 1.75} textAnchor="middle">
            {tick.text}
          </text>
        </g>
      ))}
      {label && last && (
        <text x={scale(last.at)} y={at + theme.spacing.gridSize * 3.5} textAnchor="end">
          {label}
        </text>
      )}
    </g>
  );
}

/** Grid and ticks at the left of a plot, with the name of the value above them. */
export function LeftAxis({ ticks, scale, at, reach, label }: Props) {
  const theme = useTheme2();
  return (
    <g aria-hidden fill={theme.colors.text.secondary}>
      {ticks.map((tick) => (
        <g key={tick.at} transform={`translate(${at} ${scale(tick.at)})`}>
          <line x1={0} x2={reach} stroke={theme.colors.border.weak} />
          <text x={-theme.spacing.gridSize / 2} textAnchor="end" dominantBaseline="central">
            {shorten(tick.text, Math.floor(at / LETTER_WIDTH))}
          </text>
        </g>
      ))}
      {label && (
        <text x={0} y={theme.spacing.gridSize * 1.25}>
          {label}
        </text>
      )}
    </g>
  );
}
