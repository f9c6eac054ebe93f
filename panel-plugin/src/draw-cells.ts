import { GrafanaTheme2 } from '@grafana/data';
import type { Cell } from './cell-grid';

/** Where cells lie in their picture, in pixels. */
export interface CellGeometry {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

const TEXT_WIDTH_MIN = 36;
const TEXT_HEIGHT_MIN = 14;
export const UNSURE_OPACITY = 0.35;

export const hasTextRoom = ({ cellWidth, cellHeight }: CellGeometry) => cellWidth >= TEXT_WIDTH_MIN && cellHeight >= TEXT_HEIGHT_MIN;

export const textOf = ({ text, unsure }: Cell) => (unsure ? `${text} ?` : text);

/** The colour of text on each colour of cells, worked out once a colour. */
export function textColors(theme: GrafanaTheme2): (cell: Cell) => string {
  const known = new Map<string, string>();
  return ({ color, unsure }) => {
    if (!color || unsure) {
      return theme.colors.text.primary;
    }
    const contrast = known.get(color) ?? theme.colors.getContrastText(color);
    known.set(color, contrast);
    return contrast;
  };
}

type Drawing = Pick<
  CanvasRenderingContext2D,
  'clearRect' | 'fillRect' | 'fillText' | 'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'setTransform'
> & {
  fillStyle: CanvasRenderingContext2D['fillStyle'];
  strokeStyle: CanvasRenderingContext2D['strokeStyle'];
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
};

interface Size {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen in one of the page. */
  readonly ratio: number;
}

/** Cells as the picture of elements has them: filled, with a gap between them; what is unsure is pale with a stroke across. */
export function drawCells(context: Drawing, cells: readonly Cell[], geometry: CellGeometry, theme: GrafanaTheme2, size: Size): void {
  const { left, top, cellWidth, cellHeight } = geometry;
  context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.font = `${theme.typography.bodySmall.fontSize} ${theme.typography.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.strokeStyle = theme.colors.text.secondary;
  const colorOf = textColors(theme);
  const roomy = hasTextRoom(geometry);
  const gap = cellWidth > 4 && cellHeight > 4 ? 1 : 0;
  for (const cell of cells) {
    const x = left + cell.column * cellWidth;
    const y = top + cell.row * cellHeight;
    context.globalAlpha = cell.unsure ? UNSURE_OPACITY : 1;
    context.fillStyle = cell.color ?? theme.colors.background.secondary;
    context.fillRect(x, y, cellWidth - gap, cellHeight - gap);
    context.globalAlpha = 1;
    if (cell.unsure) {
      context.beginPath();
      context.moveTo(x, y + cellHeight - gap);
      context.lineTo(x + cellWidth - gap, y);
      context.stroke();
    }
    if (roomy) {
      context.fillStyle = colorOf(cell);
      context.fillText(textOf(cell), x + cellWidth / 2, y + cellHeight / 2, cellWidth - gap);
    }
  }
}
