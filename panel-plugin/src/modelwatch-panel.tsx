import { css } from '@emotion/css';
import { GrafanaTheme2, LoadingState, PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';
import { bind, Binding } from './bound-frame';
import { DataTable } from './data-table';
import { PanelOptions } from './options';
import { VIEWS, viewNamed } from './views';
import { View } from './views/view';

function messageOf(view: View | undefined, binding: Binding | undefined, { data, options }: PanelProps<PanelOptions>): string {
  if (!view) {
    return `No view is named "${options.view}"; there are ${VIEWS.map(({ name }) => name).join(', ')}.`;
  }
  if (data.series.length === 0 && data.state === LoadingState.Loading) {
    return `${view.label}: loading.`;
  }
  if (data.series.length === 0 && data.state === LoadingState.Error) {
    const [error] = data.errors ?? [];
    return `${view.label}: the query failed: ${error?.message ?? error?.data?.message ?? 'no reason was given'}`;
  }
  // A frame without fields is what a data source answers where there is nothing to tell of: the one that is lacking may be it, whatever another query found.
  const isEmpty = data.series.some(({ fields }) => fields.length === 0);
  return binding?.kind === 'missing' && !isEmpty ? `${view.label}: ${binding.message}` : `${view.label}: the query answered with no rows.`;
}

/** Finds the frame that the chosen view needs and hands it over, or says in words what is lacking. */
export function ModelwatchPanel(props: PanelProps<PanelOptions>) {
  const { id, data, options, fieldConfig, width, height } = props;
  const styles = useStyles2(getStyles);
  const [toggled, setToggled] = useState<boolean>();
  const view = viewNamed(options.view);
  const series = data.series;
  const binding = useMemo(() => (view ? bind(series, view.needs) : undefined), [view, series]);
  if (!view || binding?.kind !== 'bound' || binding.bound.frame.length === 0) {
    return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={messageOf(view, binding, props)} />;
  }
  const { bound } = binding;
  const asTable = toggled ?? options.asTable ?? false;
  return (
    <div className={styles.panel}>
      <Button size="sm" variant="secondary" className={styles.toggle} onClick={() => setToggled(!asTable)}>
        {asTable ? 'Show as picture' : 'Show as table'}
      </Button>
      {asTable ? (
        <DataTable label={view.label} bound={bound} needs={view.needs} height={height} />
      ) : (
        <view.Component bound={bound} data={data} options={options} timeZone={props.timeZone} width={width} height={height} />
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({ position: 'relative' }),
  // For whoever comes by keys or by screen reader; the pointer's way is the option.
  toggle: css({
    position: 'absolute',
    top: 0,
    right: 0,
    zIndex: theme.zIndex.tooltip,
    '&:not(:focus-visible)': { width: 1, height: 1, padding: 0, overflow: 'hidden', clipPath: 'inset(50%)' },
  }),
});
