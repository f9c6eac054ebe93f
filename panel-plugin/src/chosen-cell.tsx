import { css } from '@emotion/css';
import { GrafanaTheme2, LinkModel } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { KeyboardEvent, MouseEvent, ReactNode, useRef, useState } from 'react';
import { MarkTooltip, Tip } from './mark-tooltip';

type Place = readonly [row: number, column: number];

const KEYS: Record<string, Place | undefined> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Height of the line below a picture, in steps of the theme's grid. */
export const READOUT_STEPS = 3;

const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));

/** The cell that the pointer or the arrow keys last chose; the first key chooses the first cell, Escape and leaving choose none. */
export function useChosenCell(rowCount: number, columnCount: number) {
  const [chosen, setChosen] = useState<Place>();
  const reset = () => setChosen(undefined);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && chosen) {
      // Grafana leaves the panel's view on Escape; the first one here only returns to the summary.
      event.stopPropagation();
      reset();
      return;
    }
    const step = KEYS[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    setChosen((from) => (from ? [within(from[0] + step[0], rowCount), within(from[1] + step[1], columnCount)] : [0, 0]));
  };
  return { chosen, choose: (row: number, column: number) => setChosen([row, column]), reset, onKeyDown };
}

interface PictureProps {
  /** What the whole shows, in words. */
  readonly summary: string;
  readonly width: number;
  readonly height: number;
  readonly onMove: (event: MouseEvent<SVGSVGElement>) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onLeave: () => void;
  readonly readout: string;
  readonly links?: readonly LinkModel[];
  /** The chosen cell's details, shown beside it. */
  readonly tip?: Tip;
  /** Drawn below the rest, by other means than SVG. */
  readonly ground?: ReactNode;
  /** What is drawn, as SVG. */
  readonly children: ReactNode;
}

/** One image with one summary, which takes the keys, and below it a line that reads the chosen cell aloud. */
export function Picture({ summary, width, height, onMove, onKeyDown, onLeave, readout, links, tip, ground, children }: PictureProps) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const picture = useRef<HTMLDivElement>(null);
  return (
    // The line below belongs to it: the pointer and the Tab key must reach the links of the chosen cell.
    <div onMouseLeave={onLeave} onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && onLeave()}>
      <div
        ref={picture}
        role="group"
        aria-label="Cells; arrow keys move between them"
        tabIndex={0}
        className={styles.group}
        onKeyDown={onKeyDown}
      >
        {ground}
        <svg
          role="img"
          aria-label={summary}
          width={width}
          height={height}
          fontSize={theme.typography.bodySmall.fontSize}
          fill={theme.colors.text.primary}
          onMouseMove={onMove}
        >
          {children}
        </svg>
      </div>
      {tip && <MarkTooltip tip={tip} picture={picture} />}
      <div className={styles.readout}>
        <span role="status">{readout}</span>
        {links?.map((link) => (
          <a key={link.href} className={styles.link} href={link.href} target={link.target} rel="noopener noreferrer" onClick={link.onClick}>
            {link.title}
          </a>
        ))}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  group: css({
    position: 'relative',
    // As a block it leaves no room for descenders below it; placed, it lies above its ground.
    '& > svg': { display: 'block', position: 'relative' },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
  }),
  readout: css({
    display: 'flex',
    gap: theme.spacing(1),
    height: theme.spacing(READOUT_STEPS),
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  link: css({ color: theme.colors.text.link }),
});
