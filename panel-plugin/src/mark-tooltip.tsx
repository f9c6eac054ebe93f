import { Portal, SeriesTable, VizTooltipContainer } from '@grafana/ui';
import React, { RefObject } from 'react';

/** One line of a tooltip. */
export interface Detail {
  readonly label: string;
  readonly value: string;
  readonly color?: string;
}

export interface Tip {
  /** Where the mark stands in its picture, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly details: readonly Detail[];
}

const OFFSET = 10;

/**
 * The details of the chosen mark beside it, whether the pointer or the keys chose it. Hidden from screen readers: the line below the picture
 * is read to them, and twice is once too often.
 */
export function MarkTooltip({ tip, picture }: { readonly tip: Tip; readonly picture: RefObject<HTMLElement> }) {
  const place = picture.current?.getBoundingClientRect();
  return (
    <Portal>
      <VizTooltipContainer
        aria-hidden
        aria-live="off"
        data-testid="mark-tooltip"
        position={{ x: (place?.left ?? 0) + tip.x, y: (place?.top ?? 0) + tip.y }}
        offset={{ x: OFFSET, y: OFFSET }}
      >
        <SeriesTable timestamp={tip.title} series={tip.details.map(({ label, value, color }) => ({ label, value, color }))} />
      </VizTooltipContainer>
    </Portal>
  );
}
