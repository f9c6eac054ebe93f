import {
  applyFieldOverrides,
  createDataFrame,
  DataFrame,
  DataQueryError,
  dateTime,
  EventBusSrv,
  FieldConfigSource,
  getPanelOptionsWithDefaults,
  GrafanaTheme2,
  LoadingState,
  PanelPlugin,
  PartialDataFrame,
} from '@grafana/data';
import { PanelContextProvider } from '@grafana/ui';
import React from 'react';
import { DAY, GALLERY_TIME } from '../src/gallery/gallery-case';
import type { Drawn } from './page-api';
import { place } from './placed';

export interface PanelShown {
  readonly frames: ReadonlyArray<PartialDataFrame | DataFrame>;
  readonly annotations?: ReadonlyArray<PartialDataFrame | DataFrame>;
  readonly options: object;
  readonly fieldConfig?: FieldConfigSource;
  readonly state?: LoadingState;
  readonly error?: DataQueryError;
}

export interface PanelPlace {
  readonly theme: GrafanaTheme2;
  readonly width: number;
  readonly height: number;
}

/** The window of the board: the week before the gallery's time. */
const FROM = dateTime(GALLERY_TIME - 7 * DAY);
const TO = dateTime(GALLERY_TIME);

/** Draws a panel as a board does: defaults of its options, field overrides, theme, context and size. Resolves once it is on the page. */
export async function showPanel(plugin: PanelPlugin, shown: PanelShown, { theme, width, height }: PanelPlace): Promise<Drawn> {
  const timeRange = { from: FROM, to: TO, raw: { from: FROM, to: TO } };
  const { options, fieldConfig } = getPanelOptionsWithDefaults({
    plugin,
    currentOptions: { ...shown.options },
    currentFieldConfig: shown.fieldConfig ?? { defaults: {}, overrides: [] },
    isAfterPluginChange: false,
  });
  const series = applyFieldOverrides({
    data: shown.frames.map((frame) => createDataFrame(frame)),
    fieldConfig,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  const annotations = (shown.annotations ?? []).map((frame) => createDataFrame(frame));
  const errors = shown.error ? [shown.error] : undefined;
  const eventBus = new EventBusSrv();
  const Panel = plugin.panel;
  if (!Panel) {
    throw new Error('the module exports a plugin without a panel');
  }
  const milliseconds = await place(
    <PanelContextProvider value={{ eventsScope: 'harness', eventBus, sync: () => 0 }}>
      <div id="panel" style={{ width, height, background: theme.colors.background.primary, position: 'relative', overflow: 'hidden' }}>
        <Panel
          id={1}
          data={{ state: shown.state ?? LoadingState.Done, series, annotations, timeRange, errors }}
          timeRange={timeRange}
          timeZone="utc"
          options={options}
          fieldConfig={fieldConfig}
          width={width}
          height={height}
          transparent={false}
          renderCounter={0}
          title=""
          eventBus={eventBus}
          onOptionsChange={() => {}}
          onFieldConfigChange={() => {}}
          onChangeTimeRange={() => {}}
          replaceVariables={(text) => text}
        />
      </div>
    </PanelContextProvider>,
    theme,
  );
  return { ...drawnIn(document.getElementById('panel')!), milliseconds };
}

const SHAPES = 'rect, path, circle, line, text, canvas';

function drawnIn(panel: HTMLElement): Omit<Drawn, 'milliseconds'> {
  const frame = panel.getBoundingClientRect();
  const isSeen = (element: Element) => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    return width + height > 0 && right > frame.left && bottom > frame.top && left < frame.right && top < frame.bottom;
  };
  const hasText = (element: Element) => [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
  const marks = [...panel.querySelectorAll('*')].filter((each) => (each.matches(SHAPES) || hasText(each)) && isSeen(each));
  return { marks: marks.length, beyondX: panel.scrollWidth - panel.clientWidth, beyondY: panel.scrollHeight - panel.clientHeight };
}
