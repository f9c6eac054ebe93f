import { useTheme2 } from '@grafana/ui';
import React, { memo, useEffect, useRef } from 'react';
import type { Cell } from './cell-grid';
import { CellGeometry, drawCells, hasTextRoom, textColors, textOf, UNSURE_OPACITY } from './draw-cells';

interface Props {
  readonly cells: readonly Cell[];
  readonly geometry: CellGeometry;
}

/** Cells as elements. Remembered: moving among them draws none anew. */
export const SvgCells = memo(function SvgCells({ cells, geometry, hatch }: Props & { readonly hatch: string }) {
  const theme = useTheme2();
  const { left, top, cellWidth, cellHeight } = geometry;
  const roomy = hasTextRoom(geometry);
  const colorOf = textColors(theme);
  return (
    <>
      {cells.map((cell) => {
        const x = left + cell.column * cellWidth;
        const y = top + cell.row * cellHeight;
        return (
          <g key={`${cell.row}/${cell.column}`}>
            <rect
              x={x}
              y={y}
              width={cellWidth}
              height={cellHeight}
              fill={cell.color ?? theme.colors.background.secondary}
              fillOpacity={cell.unsure ? UNSURE_OPACITY : 1}
              stroke={theme.colors.background.primary}
            />
            {cell.unsure && (
              <rect data-testid="unsure" x={x} y={y} width={cellWidth} height={cellHeight} fill={`url(#${hatch})`} fillOpacity={0.5} />
            )}
            {roomy && (
              <text x={x + cellWidth / 2} y={y + cellHeight / 2} textAnchor="middle" dominantBaseline="central" fill={colorOf(cell)}>
                {textOf(cell)}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
});

/** Cells as pixels, for so many that as many elements would take longer than a frame. */
export const CanvasCells = memo(function CanvasCells({ cells, geometry, width, height }: Props & { width: number; height: number }) {
  const theme = useTheme2();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) {
      drawCells(context, cells, geometry, theme, { width, height, ratio: window.devicePixelRatio || 1 });
    }
  }, [cells, geometry, theme, width, height]);
  const ratio = window.devicePixelRatio || 1;
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={Math.round(width * ratio)}
      height={Math.round(height * ratio)}
      style={{ position: 'absolute', top: 0, left: 0, width, height, pointerEvents: 'none' }}
    />
  );
});
