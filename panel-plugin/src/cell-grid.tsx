import { css } from '@emotion/css';
import { GrafanaTheme2, LinkModel } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useId } from 'react';
import { Picture, READOUT_STEPS, useChosenCell } from './chosen-cell';
import { shorten } from './shorten';

export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly description: string;
  readonly color?: string;
  /** Too few counts to trust: hatched and marked by a question mark, so that it shows without colour. */
  readonly unsure?: boolean;
  readonly links?: readonly LinkModel[];
}

interface Props {
  readonly summary: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  readonly width: number;
  readonly height: number;
}

const TEXT_WIDTH_MIN = 36;
const TEXT_HEIGHT_MIN = 14;

/** A matrix of cells with labels. Arrow keys move between cells and the line below reads the chosen one aloud. */
export function CellGrid({ summary, rows, columns, cells, width, height }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const hatch = useId();
  const { chosen, choose, reset, onKeyDown } = useChosenCell(rows.length, columns.length);
  const readoutHeight = theme.spacing.gridSize * READOUT_STEPS;
  const labelWidth = width < 240 ? 0 : Math.min(width * 0.3, 160);
  const labelHeight = height < 120 ? 0 : theme.spacing.gridSize * 2.5;
  const cellWidth = Math.max(1, (width - labelWidth) / Math.max(1, columns.length));
  const cellHeight = Math.max(1, (height - labelHeight - readoutHeight) / Math.max(1, rows.length));
  const labelEvery = Math.max(1, Math.ceil(TEXT_HEIGHT_MIN / cellHeight));
  const columnEvery = Math.max(1, Math.ceil(48 / cellWidth));
  const current = chosen && cells.find((cell) => cell.row === chosen[0] && cell.column === chosen[1]);
  const empty = chosen && !current ? `${rows[chosen[0]] ?? ''}, ${columns[chosen[1]] ?? ''}: no data` : undefined;

  return (
    <Picture onKeyDown={onKeyDown} onLeave={reset} readout={current?.description ?? empty ?? summary} links={current?.links}>
      <svg role="img" aria-label={summary} width={width} height={Math.max(0, height - readoutHeight)}>
        <defs>
          <pattern id={hatch} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1={0} y1={0} x2={0} y2={6} stroke={theme.colors.text.secondary} strokeWidth={2} />
          </pattern>
        </defs>
        {labelHeight > 0 &&
          columns.map((label, index) =>
            index % columnEvery === 0 ? (
              <text
                key={index}
                className={styles.label}
                x={labelWidth + (index + 0.5) * cellWidth}
                y={labelHeight * 0.7}
                textAnchor="middle"
              >
                {shorten(label, Math.floor((cellWidth * columnEvery) / 7))}
              </text>
            ) : null,
          )}
        {labelWidth > 0 &&
          rows.map((label, index) =>
            index % labelEvery === 0 ? (
              <text key={index} className={styles.label} x={0} y={labelHeight + (index + 0.5) * cellHeight} dominantBaseline="central">
                {shorten(label, Math.floor(labelWidth / 7))}
              </text>
            ) : null,
          )}
        {cells.map((cell) => {
          const x = labelWidth + cell.column * cellWidth;
          const y = labelHeight + cell.row * cellHeight;
          const isChosen = cell === current;
          const roomy = cellWidth >= TEXT_WIDTH_MIN && cellHeight >= TEXT_HEIGHT_MIN;
          return (
            <g key={`${cell.row}/${cell.column}`} onMouseEnter={() => choose(cell.row, cell.column)}>
              <title>{cell.description}</title>
              <rect
                x={x}
                y={y}
                width={cellWidth}
                height={cellHeight}
                fill={cell.color ?? theme.colors.background.secondary}
                fillOpacity={cell.unsure ? 0.35 : 1}
                stroke={isChosen ? theme.colors.text.maxContrast : theme.colors.background.primary}
                strokeWidth={isChosen ? 3 : 1}
              />
              {cell.unsure && (
                <rect data-testid="unsure" x={x} y={y} width={cellWidth} height={cellHeight} fill={`url(#${hatch})`} fillOpacity={0.5} />
              )}
              {roomy && (
                <text
                  x={x + cellWidth / 2}
                  y={y + cellHeight / 2}
                  textAnchor="middle"
                  dominantBaseline="central"
                  fontSize={theme.typography.bodySmall.fontSize}
                  fill={cell.color && !cell.unsure ? theme.colors.getContrastText(cell.color) : theme.colors.text.primary}
                >
                  {cell.unsure ? `${cell.text} ?` : cell.text}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </Picture>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  label: css({ fill: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
