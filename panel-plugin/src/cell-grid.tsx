import { css } from '@emotion/css';
import { GrafanaTheme2, LinkModel } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useId, useMemo } from 'react';
import { CanvasCells, SvgCells } from './cell-layers';
import { Picture, READOUT_STEPS, useChosenCell } from './chosen-cell';
import { CellGeometry } from './draw-cells';
import { hasLegendRoom, Legend, LEGEND_STEPS, LegendItem } from './legend';
import { Detail } from './mark-tooltip';
import { useSharedCrosshair } from './shared-crosshair';
import { shorten } from './shorten';

export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly color?: string;
  /** Too few counts to trust: hatched and marked by a question mark, so that it shows without colour. */
  readonly unsure?: boolean;
  // Asked for the chosen cell alone: of thousands, most are never asked.
  readonly description: () => string;
  readonly details?: () => readonly Detail[];
  readonly links?: () => readonly LinkModel[];
}

interface Props {
  readonly summary: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  readonly width: number;
  readonly height: number;
  readonly legend?: readonly LegendItem[];
  /** Ends of the columns' windows, where columns are times; they share their crosshair with the board. */
  readonly columnTimes?: ReadonlyArray<number | undefined>;
}

/** More cells are drawn as pixels, not as elements. */
export const SVG_CELLS_MAX = 500;
const LABEL_HEIGHT_MIN = 14;
const COLUMN_LABEL_WIDTH_MIN = 48;
const LETTER_WIDTH = 7;

interface LabelsProps {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly geometry: CellGeometry;
}

/** As many labels as have room, evenly spread. */
function Labels({ rows, columns, geometry: { left, top, cellWidth, cellHeight } }: LabelsProps) {
  const styles = useStyles2(getStyles);
  const rowEvery = Math.max(1, Math.ceil(LABEL_HEIGHT_MIN / cellHeight));
  const columnEvery = Math.max(1, Math.ceil(COLUMN_LABEL_WIDTH_MIN / cellWidth));
  return (
    <g aria-hidden className={styles.label}>
      {top > 0 &&
        columns.map((label, index) =>
          index % columnEvery === 0 ? (
            <text key={index} x={left + (index + 0.5) * cellWidth} y={top * 0.7} textAnchor="middle">
              {shorten(label, Math.floor((cellWidth * columnEvery) / LETTER_WIDTH))}
            </text>
          ) : null,
        )}
      {left > 0 &&
        rows.map((label, index) =>
          index % rowEvery === 0 ? (
            <text key={index} x={0} y={top + (index + 0.5) * cellHeight} dominantBaseline="central">
              {shorten(label, Math.floor(left / LETTER_WIDTH))}
            </text>
          ) : null,
        )}
    </g>
  );
}

/** Which column's window holds a time; the window ends at the column's own time. */
function columnAt(times: ReadonlyArray<number | undefined>, at: number): number {
  let found = -1;
  times.forEach((time, index) => {
    const best = times[found];
    if (time !== undefined && time >= at && (best === undefined || time < best)) {
      found = index;
    }
  });
  return found;
}

/** A matrix of cells with labels. Arrow keys move between cells and the line below reads the chosen one aloud. */
export function CellGrid({ summary, rows, columns, cells, width, height, legend, columnTimes }: Props) {
  const theme = useTheme2();
  const hatch = useId();
  const { chosen, choose, reset, onKeyDown } = useChosenCell(rows.length, columns.length);
  const { at, publish } = useSharedCrosshair('time');
  const byPlace = useMemo(() => new Map(cells.map((cell) => [`${cell.row}/${cell.column}`, cell])), [cells]);
  const legendRoom = legend !== undefined && legend.length > 0 && hasLegendRoom(width, height);
  const pictureHeight = Math.max(0, height - theme.spacing.gridSize * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const geometry = useMemo((): CellGeometry => {
    const left = width < 240 ? 0 : Math.min(width * 0.3, 160);
    const top = height < 120 ? 0 : theme.spacing.gridSize * 2.5;
    return {
      left,
      top,
      cellWidth: Math.max(1, (width - left) / Math.max(1, columns.length)),
      cellHeight: Math.max(1, (pictureHeight - top) / Math.max(1, rows.length)),
    };
  }, [width, height, pictureHeight, rows.length, columns.length, theme]);
  const { left, top, cellWidth, cellHeight } = geometry;
  const current = chosen && byPlace.get(chosen.join('/'));
  const name = chosen && `${rows[chosen[0]] ?? ''}, ${columns[chosen[1]] ?? ''}`;
  const hovered = columnTimes && at !== undefined && !chosen ? columnAt(columnTimes, at) : -1;

  const onMove = ({ clientX, clientY, currentTarget }: MouseEvent<SVGSVGElement>) => {
    const place = currentTarget.getBoundingClientRect();
    const column = Math.floor((clientX - place.left - left) / cellWidth);
    const row = Math.floor((clientY - place.top - top) / cellHeight);
    const isInside = row >= 0 && row < rows.length && column >= 0 && column < columns.length;
    if (!isInside) {
      reset();
    } else if (row !== chosen?.[0] || column !== chosen?.[1]) {
      choose(row, column);
    }
    if (columnTimes) {
      publish(isInside ? columnTimes[column] : undefined);
    }
  };
  const leave = () => {
    reset();
    if (columnTimes) {
      publish();
    }
  };

  return (
    <div>
      {legendRoom && <Legend items={legend} />}
      <Picture
        summary={summary}
        width={width}
        height={pictureHeight}
        onMove={onMove}
        onKeyDown={onKeyDown}
        onLeave={leave}
        readout={current?.description() ?? (name ? `${name}: no data` : summary)}
        links={current?.links?.()}
        tip={
          chosen && {
            x: left + (chosen[1] + 0.5) * cellWidth,
            y: top + (chosen[0] + 0.5) * cellHeight,
            title: name ?? '',
            details: current ? (current.details?.() ?? [{ label: 'value', value: current.text }]) : [{ label: 'no data', value: '' }],
          }
        }
        ground={cells.length > SVG_CELLS_MAX && <CanvasCells cells={cells} geometry={geometry} width={width} height={pictureHeight} />}
      >
        <defs>
          <pattern id={hatch} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1={0} y1={0} x2={0} y2={6} stroke={theme.colors.text.secondary} strokeWidth={2} />
          </pattern>
        </defs>
        <Labels rows={rows} columns={columns} geometry={geometry} />
        {cells.length <= SVG_CELLS_MAX && <SvgCells cells={cells} geometry={geometry} hatch={hatch} />}
        {hovered >= 0 && (
          <rect
            data-testid="crosshair"
            x={left + hovered * cellWidth}
            y={top}
            width={cellWidth}
            height={cellHeight * rows.length}
            fill="none"
            stroke={theme.colors.text.secondary}
            strokeDasharray="4 2"
          />
        )}
        {chosen && (
          <rect
            data-testid="chosen"
            x={left + chosen[1] * cellWidth}
            y={top + chosen[0] * cellHeight}
            width={cellWidth}
            height={cellHeight}
            fill="none"
            stroke={theme.colors.text.maxContrast}
            strokeWidth={3}
          />
        )}
      </Picture>
    </div>
  );
}

/** What a hatched cell says, for legends. */
export const unsureLegend = (theme: GrafanaTheme2, label: string): LegendItem => ({
  label,
  mark: (
    <>
      <rect width={16} height={16} fill={theme.colors.background.secondary} />
      <path d="M0 16L16 0M0 8L8 0M8 16L16 8" stroke={theme.colors.text.secondary} strokeWidth={1.5} />
    </>
  ),
});

const getStyles = (theme: GrafanaTheme2) => ({
  label: css({ fill: theme.colors.text.secondary }),
});
