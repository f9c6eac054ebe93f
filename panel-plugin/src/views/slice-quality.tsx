import React, { useMemo } from 'react';
import { CellGrid } from '../cell-grid';
import { COUNT_MIN_DEFAULT } from '../options';
import { NEEDS, sliceQuality } from './slice-quality-model';
import { View, ViewProps } from './view';

function SliceQualityView({ bound, options, width, height }: ViewProps) {
  const columns = options.sliceQuality?.columns ?? 'auto';
  const countMin = options.sliceQuality?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => sliceQuality(bound, { columns, countMin }), [bound, columns, countMin]);
  const unsure = model.unsureCount > 0 ? ` ${model.unsureCount} of ${model.cells.length} cells are unsure.` : '';
  const leftOut = model.leftOutCount > 0 ? ` ${model.leftOutCount} slices are left out.` : '';
  const leftOutColumns = model.leftOutColumnCount > 0 ? ` ${model.leftOutColumnCount} columns are left out.` : '';
  const summary = `Quality of ${model.rows.length} slices by ${model.columns.length} columns.${unsure}${leftOut}${leftOutColumns}`;
  return <CellGrid {...model} summary={summary} width={width} height={height} />;
}

export const sliceQualityView: View = {
  name: 'slice-quality',
  label: 'Slice quality',
  description: 'Quality by slice and metric or time; cells with few counts are hatched',
  needs: NEEDS,
  addOptions: (builder) => {
    const showIf = ({ view }: { view: string }) => view === 'slice-quality';
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
        showIf,
      })
      .addNumberInput({
        path: 'sliceQuality.countMin',
        name: 'Sure from count',
        description: 'A cell with a lower count is hatched and marked as unsure',
        defaultValue: COUNT_MIN_DEFAULT,
        settings: { min: 0, integer: true },
        showIf,
      });
  },
  Component: SliceQualityView,
};
