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
export interface PanelText {
  readonly title: string;
  /** What is shown, and how to read it. */
  readonly description: string;
  /** Columns of 24. */
  readonly width: number;
  readonly height?: number;
  /** The alert that fires on what is shown, or several. */
  readonly alert?: AlertFamily['name'] | readonly AlertFamily['name'][];
}

export interface NumbersText extends PanelText {
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly bar?: Bar;
  readonly decimals?: number;
  readonly max?: number;
  /** Where the lines lie while all is well: an axis of its own for a line at 0 or at 1 would blow up what is nothing, or hide what is something. */
  readonly calm?: 0 | 1;
  /** Said in place of the whole where nothing is the good answer. */
  readonly none?: string;
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
const UNKNOWN: dashboard.ValueMappingResult = { text: NO_VALUE, color: 'panel-bg' };
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
        ...axisOf(text),
      }),
  );

/** How far an axis reaches at least. */
function axisOf({ calm, unit }: NumbersText): { readonly axisSoftMin?: number; readonly axisSoftMax?: number } {
  if (calm === undefined) return {};
  return calm === 1 ? { axisSoftMin: 0.95, axisSoftMax: 1 } : { axisSoftMin: 0, axisSoftMax: unit === 'percentunit' ? 0.05 : 1 };
}

/** The latest value, large; one a series. */
export const stat = (text: NumbersText): Panel =>
  numbers(text, 4, 'stat', 'latest', (panel) =>
    uncoloured(named(panel, text), text).options({
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: text.bar === undefined ? 'none' : 'background',
      graphMode: 'none',
      textMode: 'auto',
      justifyMode: 'auto',
      orientation: 'auto',
      wideLayout: true,
    }),
  );

/** Horizontal bars of the latest values, one a series. */
export const bars = (text: NumbersText): Panel =>
  numbers(text, 8, 'bargauge', 'latest', (panel) =>
    // From 0: the least of several would have no bar, and one alone none either.
    named(panel, text)
      .min(0)
      .options({
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        orientation: 'horizontal',
        displayMode: 'basic',
        valueMode: 'text',
        showUnfilled: true,
        namePlacement: 'left',
        // By hand: of its own Grafana lets a bar that stands alone fill the panel.
        sizing: 'manual',
        minVizHeight: 16,
        minVizWidth: 8,
        maxVizHeight: 32,
        legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
      }),
  );

/** What is not known is neither good nor bad; Grafana takes the colour of the lowest threshold, unless nothing is the good answer. */
function uncoloured(panel: dashboard.PanelBuilder, { bar, none }: NumbersText): dashboard.PanelBuilder {
  if (bar === undefined || none !== undefined) return panel;
  const unknown = { type: dashboard.MappingType.SpecialValue, options: { match: dashboard.SpecialValueMatch.NullAndNan, result: UNKNOWN } };
  return panel.mappings([unknown as dashboard.SpecialValueMap]);
}

/** Grafana leaves out the name of a value that stands alone, unless the panel says what it is. */
function named(panel: dashboard.PanelBuilder, { expressions }: NumbersText): dashboard.PanelBuilder {
  const [legend] = expressions.map((one) => one.legend);
  if (expressions.length > 1 || legend === undefined || !legend.includes('{{')) return panel;
  return panel.displayName(legend.replaceAll(/\{\{(\w+)\}\}/g, '${__field.labels.$1}'));
}

/** A view of the panel plugin over what the data source answers; units, thresholds and descriptions come with its frames. */
export const view = (name: string, text: PanelText & { readonly asked: ModelwatchAsked; readonly alsoAsked?: ModelwatchAsked }): Panel => {
  const asked = [text.asked, ...(text.alsoAsked === undefined ? [] : [{ ...text.alsoAsked, refId: 'B' }])];
  return panel(text, 10, 'modelwatch-panel', MODELWATCH, asked.map(modelwatchQuery), (built) => built.options({ view: name }));
};

export function numbers(
  text: NumbersText,
  height: number,
  type: string,
  shape: Shape,
  finish: (panel: dashboard.PanelBuilder) => dashboard.PanelBuilder,
): Panel {
  return panel(text, height, type, PROMETHEUS, prometheusQueries(text.expressions, shape), (built) => {
    built
      .unit(text.unit)
      .noValue(text.none ?? NO_VALUE)
      .thresholds(thresholds(text.bar));
    built.colorScheme(new dashboard.FieldColorBuilder().mode(colorMode(type, text.bar)));
    if (text.decimals !== undefined) built.decimals(text.decimals);
    if (text.max !== undefined) built.min(0).max(text.max);
    return finish(built);
  });
}

const colorMode = (type: string, bar: Bar | undefined): dashboard.FieldColorModeId =>
  type === 'timeseries' || bar === undefined ? dashboard.FieldColorModeId.PaletteClassic : dashboard.FieldColorModeId.Thresholds;

export function panel(
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
