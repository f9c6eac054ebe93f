import { describe, expect, it } from '@jest/globals';
import { createTheme } from '@grafana/data';
import type { Cell } from './cell-grid';
import { drawCells } from './draw-cells';

const theme = createTheme();

/** A drawing surface that remembers what is drawn on it: jsdom has none. */
function surface() {
  const calls: string[] = [];
  return {
    calls,
    context: {
      fillStyle: '' as string | CanvasGradient | CanvasPattern,
      strokeStyle: '' as string | CanvasGradient | CanvasPattern,
      globalAlpha: 1,
      font: '',
      textAlign: 'start' as CanvasTextAlign,
      textBaseline: 'alphabetic' as CanvasTextBaseline,
      setTransform: () => calls.push('setTransform'),
      clearRect: (...at: number[]) => calls.push(`clear ${at.join(' ')}`),
      fillRect(...at: number[]) {
        calls.push(`fill ${at.join(' ')} ${String(this.fillStyle)} ${this.globalAlpha}`);
      },
      fillText(text: string, x: number, y: number) {
        calls.push(`text ${text} ${x} ${y} ${String(this.fillStyle)}`);
      },
      beginPath: () => {},
      moveTo: () => {},
      lineTo: () => {},
      stroke: () => calls.push('stroke'),
    },
  };
}

const cell = (row: number, column: number, more: Partial<Cell> = {}): Cell => ({ row, column, text: '5', description: () => '', ...more });

describe('cells as pixels', () => {
  it('clears, fills each cell in its place and colour, and writes where there is room', () => {
    const { calls, context } = surface();
    const geometry = { left: 10, top: 20, cellWidth: 40, cellHeight: 16 };
    drawCells(context, [cell(0, 0, { color: '#000000' }), cell(1, 2)], geometry, theme, { width: 200, height: 100, ratio: 2 });
    expect(calls).toEqual([
      'setTransform',
      'clear 0 0 200 100',
      'fill 10 20 39 15 #000000 1',
      `text 5 30 28 ${theme.colors.getContrastText('#000000')}`,
      `fill 90 36 39 15 ${theme.colors.background.secondary} 1`,
      `text 5 110 44 ${theme.colors.text.primary}`,
    ]);
  });

  it('strokes what is unsure, pale, and writes nothing without room', () => {
    const { calls, context } = surface();
    const geometry = { left: 0, top: 0, cellWidth: 3, cellHeight: 2 };
    drawCells(context, [cell(0, 0, { color: '#ffffff', unsure: true })], geometry, theme, { width: 9, height: 9, ratio: 1 });
    expect(calls.slice(2)).toEqual(['fill 0 0 3 2 #ffffff 0.35', 'stroke']);
  });
});
