import { PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import React, { useMemo } from 'react';
import { bind } from './bound-frame';
import { PanelOptions } from './options';
import { VIEWS, viewNamed } from './views';

/** Finds the frame that the chosen view needs and hands it over, or says in words what is lacking. */
export function ModelwatchPanel({ id, data, options, fieldConfig, width, height }: PanelProps<PanelOptions>) {
  const view = viewNamed(options.view);
  const series = data.series;
  const binding = useMemo(() => (view ? bind(series, view.needs) : undefined), [view, series]);
  const message = !view
    ? `No view is named "${options.view}"; there are ${VIEWS.map(({ name }) => name).join(', ')}.`
    : binding?.kind === 'missing'
      ? `${view.label}: ${binding.message}`
      : `${view.label}: the query answered with no rows.`;
  if (!view || binding?.kind !== 'bound' || binding.bound.frame.length === 0) {
    return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={message} />;
  }
  return <view.Component bound={binding.bound} options={options} width={width} height={height} />;
}
