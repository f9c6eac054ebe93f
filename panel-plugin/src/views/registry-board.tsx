import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2 } from '@grafana/ui';
import React, { KeyboardEvent, memo, useMemo, useRef } from 'react';
import { counted } from '../counted';
import { BoardEntry, NEEDS, registryBoard, Shown } from './registry-board-model';
import { View, ViewProps } from './view';

const STACKED_WIDTH_MAX = 480;

type Styles = ReturnType<typeof getStyles>;

function Word({ label, shown, styles }: { readonly label: string; readonly shown: Shown; readonly styles: Styles }) {
  return (
    <div>
      <span className={styles.label}>{label} </span>
      {/* The word carries the meaning; the colour beside it comes from the field's mappings. */}
      <span aria-hidden style={{ color: shown.color }}>
        ●
      </span>{' '}
      {shown.text}
    </div>
  );
}

/** Remembered, with the styles asked for once: a board has hundreds. */
const Entry = memo(function Entry({ entry, styles }: { readonly entry: BoardEntry; readonly styles: Styles }) {
  return (
    <li className={styles.entry} tabIndex={0}>
      <div className={styles.model}>
        {entry.model} <span className={styles.label}>{entry.version}</span>
      </div>
      {entry.health && <Word label="health" shown={entry.health} styles={styles} />}
      {entry.verdict && <Word label="verdict" shown={entry.verdict} styles={styles} />}
      {entry.deployed && <div className={styles.label}>deployed {entry.deployed}</div>}
      {entry.links.map((link) => (
        <a key={link.href} className={styles.link} href={link.href} target={link.target} rel="noopener noreferrer" onClick={link.onClick}>
          {link.title}
        </a>
      ))}
    </li>
  );
});

function RegistryBoardView({ bound, width, height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const model = useMemo(() => registryBoard(bound), [bound]);
  const board = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const lists = [...(board.current?.querySelectorAll('ul') ?? [])].map((list) => [...list.querySelectorAll<HTMLElement>('li')]);
    const column = lists.findIndex((list) => list.some((item) => item === event.target));
    const row = lists[column]?.findIndex((item) => item === event.target) ?? -1;
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
    const list = lists[column + across];
    if (row < 0 || !list || (across === 0 && down === 0)) {
      return;
    }
    event.preventDefault();
    list[Math.max(0, Math.min(list.length - 1, row + down))]?.focus();
  };
  const summary = `${counted(model.modelCount, 'model')} with ${counted(model.versionCount, 'version')}: ${model.stages
    .map(({ stage, entries }) => `${entries.length} ${stage}`)
    .join(', ')}`;
  return (
    <ScrollContainer height={`${height}px`}>
      <div
        ref={board}
        className={width < STACKED_WIDTH_MAX ? styles.stacked : styles.board}
        role="region"
        aria-label={summary}
        onKeyDown={onKeyDown}
      >
        {model.stages.map(({ stage, entries }) => (
          <section key={stage} className={styles.stage}>
            <h6>
              {stage} ({entries.length})
            </h6>
            <ul aria-label={stage} className={styles.list}>
              {entries.map((entry, index) => (
                <Entry key={`${entry.model}/${entry.version}/${index}`} entry={entry} styles={styles} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {model.leftOutCount > 0 && <div role="note">{model.leftOutCount} more versions are not drawn.</div>}
    </ScrollContainer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  board: css({ display: 'flex', gap: theme.spacing(2) }),
  stacked: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  stage: css({ flex: '1 1 0', minWidth: 0 }),
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
  entry: css({
    padding: theme.spacing(1),
    marginBottom: theme.spacing(1),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    overflowWrap: 'anywhere',
    // Those out of sight are laid out when they are scrolled to.
    contentVisibility: 'auto',
    containIntrinsicSize: 'auto 72px',
  }),
  model: css({ fontWeight: theme.typography.fontWeightMedium }),
  label: css({ color: theme.colors.text.secondary }),
  link: css({ color: theme.colors.text.link, marginRight: theme.spacing(1) }),
});

export const registryBoardView: View = {
  name: 'registry-board',
  label: 'Registry board',
  description: 'Models by stage with version, health, verdict and last deploy',
  needs: NEEDS,
  Component: RegistryBoardView,
};
