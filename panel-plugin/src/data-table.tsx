import { css } from '@emotion/css';
import { getFieldDisplayName, GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2 } from '@grafana/ui';
import React from 'react';
import { BoundFrame, FieldNeed, linksAt, shown } from './bound-frame';

/** A table of more rows is for Grafana's own table panel; the rest is counted. */
export const TABLE_ROWS_MAX = 500;

interface Props {
  readonly label: string;
  readonly bound: BoundFrame;
  readonly needs: readonly FieldNeed[];
  readonly height: number;
}

/** What a view draws, as rows and columns of words, for whoever does without the picture. */
export function DataTable({ label, bound, needs, height }: Props) {
  const styles = useStyles2(getStyles);
  const names = needs.map(({ name }) => name).filter((name) => bound.fields.has(name));
  const rowCount = Math.min(bound.frame.length, TABLE_ROWS_MAX);
  const leftOutCount = bound.frame.length - rowCount;
  return (
    <ScrollContainer height={`${height}px`}>
      {/* A stop for the Tab key, from which the arrow keys scroll. */}
      <table className={styles.table} tabIndex={0}>
        <caption className={styles.caption}>
          {label}
          {leftOutCount > 0 ? `: the first ${rowCount} rows, ${leftOutCount} more are left out` : ''}
        </caption>
        <thead>
          <tr>
            {names.map((name) => {
              const field = bound.fields.get(name);
              return (
                <th key={name} scope="col" className={styles.cell}>
                  {field ? getFieldDisplayName(field, bound.frame) : name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rowCount }, (_, row) => (
            <tr key={row}>
              {names.map((name) => {
                const field = bound.fields.get(name);
                const { text } = shown(field, field?.values[row]);
                const link = linksAt(bound, [name], row)[0];
                return (
                  <td key={name} className={styles.cell}>
                    {link ? (
                      <a className={styles.link} href={link.href} target={link.target} rel="noopener noreferrer" onClick={link.onClick}>
                        {text}
                      </a>
                    ) : (
                      text
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollContainer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({ width: '100%' }),
  caption: css({ captionSide: 'top', padding: theme.spacing(0.5), color: theme.colors.text.secondary }),
  cell: css({
    padding: theme.spacing(0.5, 1),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    textAlign: 'start',
    overflowWrap: 'anywhere',
  }),
  link: css({ color: theme.colors.text.link }),
});
