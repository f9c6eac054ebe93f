import { Field, GrafanaTheme2, ThresholdsMode } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { hasField, shown } from '../bound-frame';
import { CellGrid, unsureLegend } from '../cell-grid';
import { LegendItem } from '../legend';
import { counted } from '../counted';
import { COUNT_MIN_DEFAULT } from '../options';
import { NEEDS, sliceQuality } from './slice-quality-model';
import { View, ViewProps } from './view';

/** The steps of the field's thresholds, where it is coloured by them. */
function thresholdLegend(field: Field | undefined, theme: GrafanaTheme2): LegendItem[] {
  const { color, thresholds } = field?.config ?? {};
  if (color?.mode !== 'thresholds' || thresholds?.mode !== ThresholdsMode.Absolute) {
    return [];
  }
  const textOf = (value: number | undefined) => shown(field, value).text;
  return thresholds.steps.map((step, index) => ({
    label: Number.isFinite(step.value) ? `from ${textOf(step.value)}` : `below ${textOf(thresholds.steps[index + 1]?.value)}`,
    mark: <rect width={16} height={16} fill={theme.visualization.getColorByName(step.color)} />,
  }));
}

function SliceQualityView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const columns = options.sliceQuality?.columns ?? 'auto';
  const countMin = options.sliceQuality?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => sliceQuality(bound, { columns, countMin }), [bound, columns, countMin]);
  const unsure = model.unsureCount > 0 ? ` ${model.unsureCount} of ${model.cells.length} cells are unsure.` : '';
  const leftOut = model.leftOutCount > 0 ? ` ${counted(model.leftOutCount, 'slice')} left out.` : '';
  const leftOutColumns = model.leftOutColumnCount > 0 ? ` ${counted(model.leftOutColumnCount, 'column')} left out.` : '';
  const summary = `Quality of ${counted(model.rows.length, 'slice')} by ${counted(model.columns.length, 'column')}.${unsure}${leftOut}${leftOutColumns}`;
  const legend = [
    ...thresholdLegend(bound.fields.get('value'), theme),
    ...(bound.fields.has('count') ? [unsureLegend(theme, `unsure, below ${countMin}`)] : []),
  ];
  return <CellGrid {...model} summary={summary} legend={legend} width={width} height={height} />;
}

export const sliceQualityView: View = {
  name: 'slice-quality',
  label: 'Slice quality',
  description: 'Quality by slice and metric or time; cells with few counts are hatched',
  needs: NEEDS,
  addOptions: (builder) => {
    const isShown = ({ view }: { view: string }) => view === 'slice-quality';
    builder
      .addRadio({
        path: 'sliceQuality.columns',
        name: 'Columns',
        defaultValue: 'auto',
        settings: {
          options: [
            { value: 'auto', label: 'Auto' },
            { value: 'metric', label: 'Metric' },
            { value: 'time', label: 'Time' },
          ],
        },
        // Without one of the two there is nothing to choose.
        showIf: (options, data) => isShown(options) && hasField(data, 'metric') && hasField(data, 'time'),
      })
      .addNumberInput({
        path: 'sliceQuality.countMin',
        name: 'Sure from count',
        description: 'A cell with a lower count is hatched and marked as unsure',
        defaultValue: COUNT_MIN_DEFAULT,
        settings: { min: 0, integer: true },
        showIf: (options, data) => isShown(options) && hasField(data, 'count'),
      });
  },
  Component: SliceQualityView,
};
