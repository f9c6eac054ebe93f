import { css, cx } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { ReactNode } from 'react';

export interface LegendItem {
  readonly label: string;
  /** The mark as the picture draws it, in a square of 16 by 16 pixels. */
  readonly mark: ReactNode;
  readonly hidden?: boolean;
  /** Where clicking it hides and shows what it stands for. */
  readonly onToggle?: () => void;
}

export const LEGEND_STEPS = 3;
const LEGEND_HEIGHT_MIN = 160;
const LEGEND_WIDTH_MIN = 260;

/** A legend costs a line, which small pictures need for themselves. */
export const hasLegendRoom = (width: number, height: number) => width >= LEGEND_WIDTH_MIN && height >= LEGEND_HEIGHT_MIN;

/** What the marks mean. Grafana's own legend knows colours and dashes; shapes and hatching, which do without colour, it does not. */
export function Legend({ items }: { readonly items: readonly LegendItem[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ul aria-label="Legend" className={styles.list}>
      {items.map(({ label, mark, hidden, onToggle }, index) => {
        const inside = (
          <>
            <svg width={16} height={16} aria-hidden>
              {mark}
            </svg>
            {label}
          </>
        );
        return (
          <li key={index} className={styles.item} title={label}>
            {onToggle ? (
              <button type="button" className={cx(styles.toggle, hidden && styles.hidden)} aria-pressed={!hidden} onClick={onToggle}>
                {inside}
              </button>
            ) : (
              inside
            )}
          </li>
        );
      })}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const line = {
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    maxWidth: theme.spacing(30),
    overflow: 'hidden',
    whiteSpace: 'nowrap' as const,
    fontSize: theme.typography.bodySmall.fontSize,
  };
  return {
    list: css({
      display: 'flex',
      gap: theme.spacing(1.5),
      height: theme.spacing(LEGEND_STEPS),
      margin: 0,
      padding: 0,
      listStyle: 'none',
      // What goes beyond the line stays out; a line that scrolls would be one more stop for the Tab key.
      flexWrap: 'wrap',
      overflow: 'hidden',
    }),
    item: css({ ...line, height: theme.spacing(LEGEND_STEPS), flex: '0 0 auto' }),
    toggle: css({ ...line, padding: 0, border: 'none', background: 'none', color: theme.colors.text.primary }),
    hidden: css({ color: theme.colors.text.disabled, textDecoration: 'line-through' }),
  };
};
