import { dateTime, EventBusSrv, LoadingState, PanelData, PanelProps, TimeRange } from '@grafana/data';
import { PanelContextProvider } from '@grafana/ui';
import { render } from '@testing-library/react';
import React from 'react';
import { bind, BoundFrame } from '../bound-frame';
import { DAY, GALLERY_TIME } from '../gallery/gallery-case';
import { ModelwatchPanel } from '../modelwatch-panel';
import { PanelOptions } from '../options';
import { View } from '../views/view';

/** The week before the gallery's time. */
export const TIME_RANGE: TimeRange = {
  from: dateTime(GALLERY_TIME - 7 * DAY),
  to: dateTime(GALLERY_TIME),
  raw: { from: 'now-7d', to: 'now' },
};

export const panelData = (data: Partial<PanelData>): PanelData => ({
  state: LoadingState.Done,
  series: [],
  timeRange: TIME_RANGE,
  ...data,
});

/** The frame bound to the view's needs; a frame that lacks one is a fault of the test. */
export function boundTo({ needs }: View, series: PanelData['series']): BoundFrame {
  const binding = bind(series, needs);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

interface Shown {
  readonly options?: Omit<PanelOptions, 'view'>;
  readonly width?: number;
  readonly height?: number;
  readonly data?: Partial<PanelData>;
  /** The board's bus, on which panels tell one another where the pointer is. */
  readonly eventBus?: EventBusSrv;
}

/** A view by itself, as the panel shows it. */
export function showView(view: View, bound: BoundFrame, { options, width = 600, height = 300, data, eventBus }: Shown = {}) {
  return render(
    <PanelContextProvider value={{ eventsScope: 'test', eventBus: eventBus ?? new EventBusSrv() }}>
      <view.Component
        bound={bound}
        data={panelData({ series: [bound.frame], ...data })}
        options={{ ...options, view: view.name }}
        timeZone="utc"
        width={width}
        height={height}
      />
    </PanelContextProvider>,
  );
}

/** The whole panel, as Grafana shows it. */
export function showPanel(options: PanelOptions, { width = 600, height = 300, data = {} }: Omit<Shown, 'options'> = {}) {
  const props: PanelProps<PanelOptions> = {
    id: 1,
    data: panelData(data),
    options,
    fieldConfig: { defaults: {}, overrides: [] },
    width,
    height,
    timeRange: TIME_RANGE,
    timeZone: 'utc',
    title: '',
    transparent: false,
    renderCounter: 0,
    eventBus: new EventBusSrv(),
    onOptionsChange: () => {},
    onFieldConfigChange: () => {},
    onChangeTimeRange: () => {},
    replaceVariables: (text) => text,
  };
  return render(<ModelwatchPanel {...props} />);
}
