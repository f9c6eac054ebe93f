import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { RulesConfig } from '../generate-rules.js';
import type { GeneratedFile } from '../rule-file.js';
import { boardAnnotations } from './annotations.js';
import { boardFacts } from './facts.js';
import type { BoardFacts } from './facts.js';
import type { Panel } from './panel.js';
import { OF_MODEL } from './query.js';
import { boardVariables } from './variables.js';
import type { Choice } from './variables.js';

/** Panels under one heading, side by side as far as 24 columns go. */
export interface BoardRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A dashboard: one file each, and a line in `index.ts`. */
export interface Board {
  /** Kebab-case, as the file; its uid is this after `modelwatch-`. */
  readonly name: string;
  readonly title: string;
  /** Whom it serves, and with what question. */
  readonly description: string;
  readonly choices: readonly Choice[];
  /** How far back it looks, as Grafana writes it. */
  readonly from: string;
  readonly refresh: string;
  readonly rows: (facts: BoardFacts) => readonly BoardRow[];
}

const TAG = 'modelwatch';
const COLUMNS = 24;

/** A board as the classic JSON (v1) that Grafana 12.3 to 13 load from a file, the same for the same configuration. */
export function boardFile(board: Board, config: RulesConfig): GeneratedFile {
  const facts = boardFacts(config);
  const built = new dashboard.DashboardBuilder(board.title)
    .uid(`modelwatch-${board.name}`)
    .description(board.description)
    .tags([TAG])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: board.from, to: 'now' })
    .refresh(board.refresh)
    .timezone('browser')
    .variables([...boardVariables(board.choices)])
    .annotations([...boardAnnotations(board.choices.includes('model') ? OF_MODEL : {})])
    .link(otherBoards())
    .build();
  // The builder hides links in a menu; where the other boards are is to be seen.
  const links = built.links?.map((link) => ({ ...link, placement: undefined }));
  const json = { ...built, links, panels: placed(board.rows(facts), facts) };
  return { path: `${board.name}.json`, text: `${JSON.stringify(json, null, 2)}\n` };
}

/** The other boards, over the same time and with the same choices. */
const otherBoards = (): dashboard.DashboardLinkBuilder =>
  new dashboard.DashboardLinkBuilder('Modelwatch')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([TAG])
    .icon('external link')
    .asDropdown(true)
    .tooltip('The other boards of Modelwatch, over the same time.')
    .includeVars(true)
    .keepTime(true);

/** The rows with their panels, each with an id and a place. The builder's own layout wraps only where a line is exactly full. */
function placed(rows: readonly BoardRow[], facts: BoardFacts): (dashboard.Panel | dashboard.RowPanel)[] {
  const all: (dashboard.Panel | dashboard.RowPanel)[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    all.push(
      new dashboard.RowBuilder(title)
        .id(all.length + 1)
        .gridPos({ x: 0, y, w: COLUMNS, h: 1 })
        .build(),
    );
    let [x, lineHeight] = [0, 0];
    y += 1;
    for (const { width, height, build } of panels) {
      if (x + width > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
      all.push(
        build(facts)
          .id(all.length + 1)
          .gridPos({ x, y, w: width, h: height })
          .build(),
      );
      x += width;
      lineHeight = Math.max(lineHeight, height);
    }
    y += lineHeight;
  }
  return all;
}
