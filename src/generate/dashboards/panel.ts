import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { AlertFamily } from '../alerts/index.js';
import type { BoardFacts } from './facts.js';
import { modelwatchQuery, prometheusQueries } from './query.js';
import type { Expression, ModelwatchAsked, Shape } from './query.js';
import { MODELWATCH, PROMETHEUS } from './variables.js';

/** Where a reading turns from good to bad. */
export type Bar = { readonly above: number } | { readonly below: number };

/** What every panel has. */
interface PanelText {
  readonly title: string;
  /** What is shown, and how to read it. */
  readonly description: string;
  /** Columns of 24. */
  readonly width: number;
  readonly height?: number;
  /** The alert that fires on what is shown, or several. */
  readonly alert?: AlertFamily['name'] | readonly AlertFamily['name'][];
}

interface NumbersText extends PanelText {
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly bar?: Bar;
  readonly decimals?: number;
  readonly max?: number;
  readonly expressions: readonly Expression[];
}

/** A panel that is yet to be given its id and place. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly build: (facts: BoardFacts) => dashboard.PanelBuilder;
}

/** Said in place of a value: a score is absent where too little was seen, and never 0. */
const NO_VALUE = 'no data, or too little';
const GOOD = 'green';
const BAD = 'red';

/** Lines over time, with the bar as a line. */
export const timeSeries = (text: NumbersText & { readonly stacked?: boolean }): Panel =>
  numbers(text, 8, 'timeseries', 'range', (panel) =>
    panel
      .options({
        legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi', sort: 'desc' },
      })
      .custom({
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: text.stacked === true ? 30 : 0,
        showPoints: 'auto',
        spanNulls: false,
        stacking: { mode: text.stacked === true ? 'normal' : 'none', group: 'A' },
        thresholdsStyle: { mode: text.bar === undefined ? 'off' : 'dashed' },
      }),
  );

/** The latest value, large; one a series. */
export const stat = (text: NumbersText): Panel =>
  numbers(text, 4, 'stat', 'latest', (panel) =>
    panel.options({
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: text.bar === undefined ? 'none' : 'background',
      graphMode: 'none',
      textMode: 'auto',
      justifyMode: 'auto',
      orientation: 'auto',
      wideLayout: true,
    }),
  );

/** The latest values, a row each, the greatest first; labels are columns, and `value` is the name of the numbers' column. */
export const table = (
  text: NumbersText & { readonly value: string; readonly columns: readonly string[]; readonly ascending?: boolean },
): Panel =>
  numbers(text, 8, 'table', 'rows', (panel) => {
    const names = text.expressions.length === 1 ? { Value: text.value } : renamed(text.expressions, text.value);
    const first = Object.values(names)[0]!;
    return panel
      .options({ showHeader: true, cellHeight: 'sm', sortBy: [{ displayName: first, desc: text.ascending !== true }] })
      .custom({ align: 'auto', cellOptions: { type: 'auto' }, filterable: true })
      .withTransformation({ id: 'merge', options: {} })
      .withTransformation({
        id: 'filterFieldsByName',
        options: { include: { names: [...text.columns, ...Object.keys(names)] } },
      })
      .withTransformation({
        id: 'organize',
        options: {
          indexByName: Object.fromEntries([...text.columns, ...Object.keys(names)].map((name, i) => [name, i])),
          renameByName: { ...names, slice_value: 'slice value', alertname: 'alert' },
        },
      })
      .overrideByName(first, text.bar === undefined ? [] : [{ id: 'custom.cellOptions', value: { type: 'color-text' } }]);
  });

/** Horizontal bars of the latest values, one a series. */
export const bars = (text: NumbersText): Panel =>
  numbers(text, 8, 'bargauge', 'latest', (panel) =>
    panel.options({
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      orientation: 'horizontal',
      displayMode: 'basic',
      valueMode: 'text',
      showUnfilled: true,
      namePlacement: 'left',
      sizing: 'auto',
      minVizHeight: 16,
      minVizWidth: 8,
      maxVizHeight: 300,
      legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    }),
  );

/** A view of the panel plugin over what the data source answers; units, thresholds and descriptions come with its frames. */
export const view = (name: string, text: PanelText & { readonly asked: ModelwatchAsked }): Panel =>
  panel(text, 10, 'modelwatch-panel', MODELWATCH, [modelwatchQuery(text.asked)], (built) => built.options({ view: name }));

/** What the data source answers, as a table. */
export const answer = (text: PanelText & { readonly asked: ModelwatchAsked }): Panel =>
  panel(text, 8, 'table', MODELWATCH, [modelwatchQuery(text.asked)], (built) =>
    built.options({ showHeader: true, cellHeight: 'sm' }).custom({ align: 'auto', cellOptions: { type: 'auto' }, filterable: true }),
  );

function numbers(
  text: NumbersText,
  height: number,
  type: string,
  shape: Shape,
  finish: (panel: dashboard.PanelBuilder) => dashboard.PanelBuilder,
): Panel {
  return panel(text, height, type, PROMETHEUS, prometheusQueries(text.expressions, shape), (built) => {
    built.unit(text.unit).noValue(NO_VALUE).thresholds(thresholds(text.bar));
    built.colorScheme(new dashboard.FieldColorBuilder().mode(colorMode(type, text.bar)));
    if (text.decimals !== undefined) built.decimals(text.decimals);
    if (text.max !== undefined) built.min(0).max(text.max);
    return finish(built);
  });
}

const colorMode = (type: string, bar: Bar | undefined): dashboard.FieldColorModeId =>
  type === 'timeseries' || bar === undefined ? dashboard.FieldColorModeId.PaletteClassic : dashboard.FieldColorModeId.Thresholds;

function panel(
  { title, description, width, height: ownHeight, alert }: PanelText,
  height: number,
  type: string,
  source: typeof PROMETHEUS | typeof MODELWATCH,
  targets: readonly Builder<Dataquery>[],
  finish: (panel: dashboard.PanelBuilder) => dashboard.PanelBuilder,
): Panel {
  return {
    width,
    height: ownHeight ?? height,
    build(facts) {
      const built = new dashboard.PanelBuilder()
        .type(type)
        .title(title)
        .description(description)
        .datasource(source)
        .targets([...targets]);
      const links = (alert === undefined ? [] : [alert].flat()).map((name) =>
        new dashboard.DashboardLinkBuilder(`Runbook of ${name}`).url(facts.runbook(name)).targetBlank(true),
      );
      if (links.length > 0) built.links(links);
      return finish(built);
    },
  };
}

/** Good up to the bar and bad beyond it, or the other way round; without a bar a value is neither. */
function thresholds(bar: Bar | undefined): dashboard.ThresholdsConfigBuilder {
  const first = bar === undefined ? 'text' : 'above' in bar ? GOOD : BAD;
  const steps: dashboard.Threshold[] = [{ value: null, color: first }];
  if (bar !== undefined) steps.push('above' in bar ? { value: bar.above, color: BAD } : { value: bar.below, color: GOOD });
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps);
}

/** The columns of several expressions once merged: `Value #A` and on, by the legends of the expressions. */
const renamed = (expressions: readonly Expression[], first: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    expressions.map(({ legend }, i) => [`Value #${String.fromCharCode('A'.charCodeAt(0) + i)}`, i === 0 ? first : (legend ?? first)]),
  );
