import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { numbers, panel } from './panel.js';
import type { NumbersText, Panel, PanelText } from './panel.js';
import { modelwatchQuery } from './query.js';
import type { Expression, ModelwatchAsked } from './query.js';
import { MODELWATCH } from './variables.js';

/** Pixels that a column needs for what it usually holds; the others share what is left. */
const WIDTHS: Readonly<Record<string, number>> = {
  severity: 95,
  alert: 240,
  model: 115,
  version: 95,
  role: 105,
  feature: 125,
  reference: 115,
  instance: 150,
  team: 90,
  slice: 90,
  'slice value': 120,
  quality: 95,
  bin: 130,
  source: 85,
  slo: 135,
  time: 180,
  end: 180,
  title: 250,
  kind: 110,
  status: 100,
  decides: 95,
  criterion: 150,
  state: 110,
};
/** Of what takes the rest of the width, and is cut otherwise. */
const LEAST_WIDTHS: Readonly<Record<string, number>> = { since: 135, text: 150 };
/** Below it Grafana lets a table scroll sideways. */
const WIDTH_MIN = 70;

/** Names of labels as readers know them. */
const SHOWN: Readonly<Record<string, string>> = { slice_value: 'slice value', alertname: 'alert' };

const COLUMN = { align: 'auto', cellOptions: { type: 'auto' }, filterable: true, minWidth: WIDTH_MIN };

interface TableText extends NumbersText {
  /** Labels, in their order. */
  readonly columns: readonly string[];
  /** Name of the column of the first expression; without it the rows say all, and are in the order of their labels. */
  readonly value?: string;
  readonly ascending?: boolean;
}

/** The latest values, a row each, the greatest first; labels are columns. */
export const table = (text: TableText): Panel =>
  numbers(text, 8, 'table', 'rows', (built) => {
    const values = text.value === undefined ? {} : renamed(text.expressions, text.value);
    const [first] = Object.values(values);
    const measured = Object.keys(values);
    const several = measured.length > 1;
    const nameOf = (name: string) => (several && measured.includes(name) ? latest(name) : name);
    const columns = [...text.columns, ...measured];
    built
      .options({
        showHeader: true,
        cellHeight: 'sm',
        sortBy: first === undefined ? [] : [{ displayName: first, desc: text.ascending !== true }],
      })
      .custom(COLUMN)
      // Before they are merged: rows of two series are one where all that is left of them is equal, and names of series never are.
      .withTransformation({ id: 'filterFieldsByName', options: { include: { names: columns } } })
      .withTransformation({ id: 'merge', options: {} });
    if (several) built.withTransformation(grouped(text.columns, measured));
    built
      .withTransformation({
        id: 'organize',
        options: {
          indexByName: Object.fromEntries(columns.map((name, i) => [nameOf(name), i])),
          renameByName: { ...Object.fromEntries(Object.entries(values).map(([name, shown]) => [nameOf(name), shown])), ...SHOWN },
        },
      })
      // A version is no number, though it looks like one, and a label that is absent is nothing that was not measured.
      .overrideByFieldType('string', [
        { id: 'unit', value: 'string' },
        { id: 'noValue', value: '' },
      ]);
    widen(built, [...text.columns.map((name) => SHOWN[name] ?? name), ...Object.values(values)]);
    text.expressions.forEach(({ unit, decimals }, i) => {
      const own = Object.entries({ unit, decimals }).filter(([, value]) => value !== undefined);
      if (own.length > 0)
        built.overrideByName(
          Object.values(values)[i]!,
          own.map(([id, value]) => ({ id, value })),
        );
    });
    if (first !== undefined && text.bar !== undefined)
      built.overrideByName(first, [{ id: 'custom.cellOptions', value: { type: 'color-text' } }]);
    return built;
  });

interface AnswerText extends PanelText {
  readonly asked: ModelwatchAsked;
  readonly columns?: readonly string[];
  /** Said in place of a table without rows, and of one whose query failed: what is shown, and not what is so. */
  readonly none: string;
}

/** What the data source answers, as a table of all its columns or of some, by the names that readers see. */
export const answer = (text: AnswerText): Panel =>
  panel(text, 8, 'table', MODELWATCH, [modelwatchQuery(text.asked)], (built) => {
    // What happened last is looked for first.
    const sortBy = text.columns?.includes('time') === true ? [{ displayName: 'time', desc: true }] : [];
    built.options({ showHeader: true, cellHeight: 'sm', sortBy }).custom(COLUMN).noValue(text.none);
    // Of the whole alone: what is not known of one row stays an empty cell.
    built.overrideByRegexp('.*', [{ id: 'noValue', value: '' }]);
    if (text.columns === undefined) return widen(built, ['time', 'version']);
    // By a pattern: among names `time` stands for every field of times.
    built.withTransformation({ id: 'filterFieldsByName', options: { include: { pattern: `^(${text.columns.join('|')})$` } } });
    return widen(built, text.columns);
  });

function widen(built: dashboard.PanelBuilder, columns: readonly string[]): dashboard.PanelBuilder {
  for (const name of columns) {
    const [width, least] = [WIDTHS[name], LEAST_WIDTHS[name]];
    if (width !== undefined) built.overrideByName(name, [{ id: 'custom.width', value: width }]);
    if (least !== undefined) built.overrideByName(name, [{ id: 'custom.minWidth', value: least }]);
  }
  return built;
}

/** Two empty answers have no label in common, and Grafana would draw a header over each; rows by their labels are the same, and none are no table. */
const grouped = (labels: readonly string[], values: readonly string[]) => ({
  id: 'groupBy',
  options: {
    fields: Object.fromEntries([
      ...labels.map((name) => [name, { operation: 'groupby', aggregations: [] }]),
      ...values.map((name) => [name, { operation: 'aggregate', aggregations: ['lastNotNull'] }]),
    ]),
  },
});

/** How Grafana calls a grouped field. */
const latest = (name: string): string => `${name} (lastNotNull)`;

/** The columns of numbers: `Value` of a single expression, `Value #A` and on of several, by the legends of the expressions. */
function renamed(expressions: readonly Expression[], first: string): Readonly<Record<string, string>> {
  if (expressions.length === 1) return { Value: first };
  return Object.fromEntries(
    expressions.map(({ legend }, i) => [`Value #${String.fromCharCode('A'.charCodeAt(0) + i)}`, i === 0 ? first : (legend ?? first)]),
  );
}
