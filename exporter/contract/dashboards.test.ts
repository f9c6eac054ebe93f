import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALERT_BOARDS, ALERT_FAMILIES, EVENT_KINDS, METRICS, toYaml } from '@modelwatch/core';
import { BOARDS } from '@modelwatch/core/dashboards';
import { hasProgram, runProgram } from './debian-program.js';

/*
 * The rules of Grafana's dashboard-linter, and ours, over the dashboards as they are committed. Each fault is a sentence that says where it is.
 * Of the linter's rules these are left out, as they are made for another convention or for one data source:
 * - template-job, template-instance, target-job, target-instance: a model spans jobs and instances, and series are summed over them;
 * - template-datasource asks for exactly one data source, or for names made of the types: a variable cannot be named modelwatch-datasource_datasource;
 * - panel-units and target-promql of tables that the Modelwatch data source fills: their units come with its frames, and their queries are no PromQL.
 * Run itself (commit 1be3836 of May 2026) with these left out, the linter has nothing to say.
 */

const root = path.join(import.meta.dirname, '..', '..');
const folder = path.join(root, 'provisioning', 'grafana', 'dashboards');

interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly expr?: string;
  readonly instant?: boolean;
  readonly queryType?: string;
  readonly eventKind?: string;
  readonly model?: string;
  readonly schemaVersion?: number;
}

interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly options?: { readonly view?: string };
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: {
      readonly fields?: Readonly<Record<string, { readonly operation: string }>>;
      readonly renameByName?: Readonly<Record<string, string>>;
    };
  }[];
  readonly fieldConfig?: {
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options: unknown };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
  };
}

interface BoardJson {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly id?: number;
  readonly editable: boolean;
  readonly refresh: string;
  readonly timezone: string;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly panels: readonly PanelJson[];
  readonly links: readonly { readonly type: string; readonly tags: readonly string[]; readonly includeVars: boolean }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly label: string;
      readonly refresh?: number;
      readonly multi: boolean;
      readonly query: string | { readonly query: string };
      readonly datasource?: { readonly uid: string };
    }[];
  };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly builtIn: number;
      readonly datasource: { readonly type: string; readonly uid: string };
      readonly target?: Target;
    }[];
  };
}

const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
const boards = texts.map((text, i) => ({ file: names[i]!, text, board: JSON.parse(text) as BoardJson }));
const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
const MODELWATCH = { type: 'modelwatch-datasource', uid: '${modelwatch}' };
const panelsOf = ({ panels }: BoardJson) => panels.filter(({ type }) => type !== 'row');
const targetsOf = (board: BoardJson) => panelsOf(board).flatMap((panel) => panel.targets!.map((target) => ({ panel, target })));

/** The names that a plugin's table of contents gives to what it has. */
async function namesIn(file: string, pattern: RegExp): Promise<readonly string[]> {
  return [...(await readFile(path.join(root, file), 'utf8')).matchAll(pattern)].flatMap(([, found]) =>
    found!.split(',').map((name) => name.trim()),
  );
}

/** What the data source takes for a query of today: the version of its schema, and the fields beside the kind. */
async function savedQueries() {
  const text = await readFile(path.join(root, 'datasource-plugin', 'src', 'query.ts'), 'utf8');
  const fields = /QUERY_FIELDS = \[([^\]]+)\]/.exec(text)![1]!.matchAll(/^ {2}'(\w+)',$/gm);
  return { version: Number(/QUERY_SCHEMA_VERSION = (\d+)/.exec(text)![1]), fields: [...fields].map(([, name]) => name!) };
}

describe('each dashboard', () => {
  it('is of a board, and each board is written', () => {
    expect(names).toEqual(BOARDS.map(({ name }) => `${name}.json`).toSorted());
    expect(boards.map(({ board }) => board.uid)).toEqual(boards.map(({ file }) => `modelwatch-${path.basename(file, '.json')}`));
  });

  it.each(boards)('$file can be imported anywhere: no data source, no number of a database, nothing to edit', ({ text, board }) => {
    expect(board.id).toBeUndefined();
    expect(board).toMatchObject({ editable: false, timezone: 'browser', schemaVersion: 42, tags: ['modelwatch'] });
    expect(board.refresh).toMatch(/^\d+[sm]$/);
    expect(board.description.length).toBeGreaterThan(20);
    const uids = new Set([...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid));
    expect(uids).toEqual(new Set([PROMETHEUS.uid, MODELWATCH.uid, '-- Grafana --', board.uid]));
    const [first, second] = board.templating.list;
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', label: 'Prometheus data source', query: 'prometheus' });
    expect(second).toMatchObject({ name: 'modelwatch', type: 'datasource', query: 'modelwatch-datasource' });
  });

  it.each(boards)('$file lets its reader choose model and version, of what there is when the time changes', ({ board }) => {
    const asked = board.templating.list.slice(2);
    expect(asked.map(({ name }) => name)).toEqual(expect.arrayContaining(['model', 'version']));
    for (const { datasource, refresh } of asked) expect({ uid: datasource?.uid, refresh }).toEqual({ uid: PROMETHEUS.uid, refresh: 2 });
  });

  it.each(boards)('$file uses each of its variables and no other', ({ text, board }) => {
    const declared = board.templating.list.map(({ name }) => name);
    const used = new Set([...text.matchAll(/\$\{?([a-z][a-z_]*)/g)].map(([, name]) => name));
    expect([...used].toSorted()).toEqual(declared.toSorted());
  });

  it.each(boards)('$file asks the API of one model or of all, as a variable of several is the name of none', ({ board }) => {
    const { multi } = board.templating.list.find(({ name }) => name === 'model')!;
    const asked = [...targetsOf(board).map(({ target }) => target), ...board.annotations.list.flatMap(({ target }) => target ?? [])];
    const models = new Set(asked.filter(({ datasource }) => datasource?.type !== PROMETHEUS.type).map(({ model }) => model));
    expect([...models].filter((model) => model !== undefined)).toEqual(multi ? [] : ['$model']);
  });

  it.each(boards)('$file leads to the other boards with its choices', ({ board }) => {
    expect(board.links).toMatchObject([{ type: 'dashboards', tags: ['modelwatch'], includeVars: true, keepTime: true }]);
    // With a placement Grafana hides them in a menu.
    expect(board.links[0]).not.toHaveProperty('placement');
  });

  it.each(boards)('$file shows deploys, retrains, rollbacks, incidents and alerts over its panels', ({ board }) => {
    const { list } = board.annotations;
    const own = list.filter(({ builtIn }) => builtIn === 0);
    const ofEvents = own.filter(({ target }) => target!.queryType === 'events');
    expect(own.map(({ target }) => target!.queryType)).toEqual([...ofEvents.map(() => 'events'), 'alerts']);
    const kinds = ofEvents.map(({ target }) => target!.eventKind);
    expect(kinds).toEqual(expect.arrayContaining(['deploy', 'retrain', 'rollback', 'incident']));
    for (const kind of kinds) expect(EVENT_KINDS).toContain(kind);
    for (const { datasource } of own) expect(datasource).toEqual(MODELWATCH);
    expect(list.filter(({ builtIn }) => builtIn === 1)).toMatchObject([{ type: 'dashboard', datasource: { uid: '-- Grafana --' } }]);
  });
});

describe('each panel', () => {
  const faultsOf = (check: (panel: PanelJson, board: BoardJson) => string | false) =>
    boards.flatMap(({ file, board }) =>
      panelsOf(board).flatMap((panel) => {
        const advice = check(panel, board);
        return advice === false ? [] : [`${file}, ${panel.title}: ${advice}`];
      }),
    );

  it('has a title of its own, and a description in sentences', () => {
    for (const { board } of boards) expect(new Set(panelsOf(board).map(({ title }) => title)).size).toBe(panelsOf(board).length);
    expect(
      faultsOf(({ title, description }) => (title === '' || !/^[A-Z][^]{20,}\.$/.test(description ?? '')) && 'say what it shows'),
    ).toEqual([]);
  });

  it('has an id of its own, and a place of its own within 24 columns', () => {
    for (const { board } of boards) {
      expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
      const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => ({ column: x + (i % w), line: y + Math.floor(i / w) })),
      );
      expect(Math.max(...cells.map(({ column }) => column))).toBeLessThan(24);
      expect(new Set(cells.map(({ column, line }) => `${column} ${line}`)).size).toBe(cells.length);
    }
  });

  it('has data sources by variable, and asks them something', () => {
    expect(
      faultsOf(({ datasource, targets = [] }) => {
        const named = [datasource, ...targets.map((target) => target.datasource)].map((source) => JSON.stringify(source));
        if (targets.length === 0) return 'has no query';
        if (new Set(named).size > 1) return 'one data source a panel';
        return ![PROMETHEUS, MODELWATCH].some((source) => JSON.stringify(source) === named[0]) && `names ${named[0]!}`;
      }),
    ).toEqual([]);
  });

  it('of numbers has a unit, thresholds and a word for no value; frames of the data source bring theirs', () => {
    expect(
      faultsOf(({ datasource, fieldConfig }) => {
        if (datasource!.type !== PROMETHEUS.type) return false;
        const { unit = '', thresholds, noValue = '' } = fieldConfig!.defaults;
        if (unit === '') return 'has no unit';
        if (noValue === '') return 'says nothing where there is no value';
        return (thresholds?.steps.length ?? 0) === 0 && 'has no thresholds';
      }),
    ).toEqual([]);
  });

  it('of answers says in words that there are no rows, and never in place of a cell', () => {
    expect(
      faultsOf(({ type, datasource, fieldConfig }) => {
        if (type !== 'table' || datasource!.type !== MODELWATCH.type) return false;
        const { defaults, overrides = [] } = fieldConfig!;
        if ((defaults.noValue ?? '') === '') return 'is bare where there are no rows';
        const ofCells = overrides.find(({ matcher }) => matcher.id === 'byRegexp' && matcher.options === '.*');
        return (
          !ofCells?.properties.some(({ id, value }) => id === 'noValue' && value === '') && 'says of a cell what is meant of the whole'
        );
      }),
    ).toEqual([]);
  });

  it('of several columns of numbers groups them by its labels, as nothing joins two empty answers', () => {
    const several = boards.flatMap(({ board }) =>
      panelsOf(board).filter(({ type, targets = [] }) => type === 'table' && targets.length > 1),
    );
    expect(several.length).toBeGreaterThan(5);
    for (const { title, transformations = [], targets = [] } of several) {
      const { fields } = transformations.find(({ id }) => id === 'groupBy')!.options;
      const measured = Object.keys(fields!).filter((name) => fields![name]!.operation === 'aggregate');
      expect({ title, measured }).toEqual({ title, measured: targets.map(({ refId }) => `Value #${refId}`) });
      const { renameByName } = transformations.find(({ id }) => id === 'organize')!.options;
      for (const name of measured) expect(Object.keys(renameByName!)).toContain(`${name} (lastNotNull)`);
    }
  });

  it('of rows gives no unit to labels, and merges series after their names are gone', () => {
    expect(
      faultsOf(({ type, datasource, fieldConfig, transformations = [] }) => {
        if (type !== 'table' || datasource!.type !== PROMETHEUS.type) return false;
        const ofText = fieldConfig!.overrides?.find(({ matcher }) => matcher.id === 'byType' && matcher.options === 'string');
        // Otherwise Grafana writes the version 1 as 100 %.
        if (!ofText?.properties.some(({ id, value }) => id === 'unit' && value === 'string')) return 'its labels are taken for numbers';
        const order = transformations.map(({ id }) => id);
        return order.indexOf('filterFieldsByName') > order.indexOf('merge') && 'two series never are one row';
      }),
    ).toEqual([]);
  });

  it('leads to the runbook of an alert that there is, and each alert to a board that there is', () => {
    const links = boards.flatMap(({ board }) => panelsOf(board).flatMap((panel) => panel.links ?? []));
    const alerts = new Set(links.map(({ url }) => /\/(\w+)\.md$/.exec(url)?.[1]));
    expect(alerts.size).toBeGreaterThan(9);
    const known = ALERT_FAMILIES.map(({ name }) => name);
    expect([...alerts].filter((alert) => !known.some((name) => name === alert))).toEqual([]);
    // Not every alert is of something that is drawn; its link leads to the board of what it is about.
    expect(boards.map(({ board }) => board.uid)).toEqual(expect.arrayContaining(Object.values(ALERT_BOARDS)));
    for (const { title, url } of links) expect(url).toContain(`/${title.replace('Runbook of ', '')}.md`);
  });

  it('asks the data source for kinds that it has, and draws views that the panel has', async () => {
    const kinds = await namesIn('datasource-plugin/src/queries/index.ts', /QUERY_KINDS[^=]*= \{([^}]*?),?\s*\}/g);
    const viewFiles = await namesIn('panel-plugin/src/views/index.ts', /from '\.\/([a-z-]+)'/g);
    expect(kinds).toContain('models');
    const asked = boards.flatMap(({ board }) => targetsOf(board)).filter(({ target }) => target.datasource.type === MODELWATCH.type);
    expect(asked.length).toBeGreaterThan(3);
    const { version, fields } = await savedQueries();
    for (const { target } of asked) {
      const { schemaVersion, queryType, ...others } = target;
      const said = Object.keys(others).filter((name) => name !== 'refId' && name !== 'datasource');
      expect({ kinds, schemaVersion }).toEqual({ kinds: expect.arrayContaining([queryType]), schemaVersion: version });
      expect(fields).toEqual(expect.arrayContaining(said));
    }
    const views = boards
      .flatMap(({ board }) => panelsOf(board))
      .flatMap(({ type, options }) => (type === 'modelwatch-panel' ? [options!.view] : []));
    expect(views.length).toBeGreaterThan(0);
    for (const view of views) expect(viewFiles).toContain(view);
  });
});

describe('each expression', () => {
  const all = boards.flatMap(({ file, board }) => [
    ...targetsOf(board).flatMap(({ panel, target }) =>
      target.expr === undefined ? [] : [{ where: `${file}, ${panel.title}`, expr: target.expr }],
    ),
  ]);
  const counters = METRICS.filter(({ type }) => type !== 'gauge').flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`] : [name],
  );

  it('looks at counters over $__rate_interval, or over a window that its panel names', () => {
    expect(all.length).toBeGreaterThan(100);
    const faults = all.filter(({ expr }) => {
      const ranges = [...expr.matchAll(/(?:rate|increase)\([^[]*\[([^\]]+)\]/g)].map(([, range]) => range!);
      return ranges.some((range) => range !== '$__rate_interval' && range !== '1h');
    });
    expect(faults).toEqual([]);
    const raw = all.filter(({ expr }) =>
      counters.some(
        (name) => new RegExp(`(?<![\\w:])${name}(?![\\w:])`).test(expr) && !new RegExp(`(?:rate|increase)\\(${name}[{\\[]`).test(expr),
      ),
    );
    expect(raw).toEqual([]);
  });

  it('is of the chosen models, where the series know of one', () => {
    // A sidecar's own series have none: they are joined with those of the models that it watches, or shown by instance.
    const faults = all.filter(({ expr }) => !expr.includes('model=~"$model"') && !expr.includes('by (job, instance)'));
    expect(faults).toEqual([]);
  });

  (hasProgram('promtool') ? it : it.skip)('is PromQL, with its variables replaced', async () => {
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-dashboards-'));
    try {
      const rules = all.map(({ expr }, i) => ({
        record: `expression:${i}`,
        expr: expr.replaceAll('$__rate_interval', '1m').replace(/\$[a-z]+/g, 'a|b'),
      }));
      const file = path.join(temporary, 'rules.yaml');
      await writeFile(file, toYaml({ groups: [{ name: 'dashboards', rules }] }));
      const { code, text } = await runProgram('promtool', ['check', 'rules', file]);
      expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining(`${rules.length} rules found`) });
    } finally {
      await rm(temporary, { recursive: true });
    }
  });
});
