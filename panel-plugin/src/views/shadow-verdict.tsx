import { useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { CellGrid, unsureLegend } from '../cell-grid';
import { COUNT_MIN_DEFAULT } from '../options';
import { NEEDS, shadowVerdict } from './shadow-verdict-model';
import { View, ViewProps } from './view';

const HEADLINE_STEPS = 3;

function ShadowVerdictView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const countMin = options.shadowVerdict?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => shadowVerdict(bound), [bound]);
  const insufficient = model.pairCount < countMin;
  const cells = useMemo(() => model.cells.map((cell) => ({ ...cell, unsure: insufficient })), [model, insufficient]);
  const agreement = model.agreement === undefined ? 'unknown' : `${(model.agreement * 100).toFixed(1)}%`;
  const headline = [
    insufficient ? `Too few pairs for a verdict: ${model.pairCount}, ${countMin} wanted` : `Verdict: ${model.verdict ?? 'none given'}`,
    `agreement ${agreement} of ${model.pairCount}`,
    ...(model.difference === undefined ? [] : [`difference ${model.difference}`]),
  ].join('; ');
  const headlineHeight = theme.spacing.gridSize * HEADLINE_STEPS;
  return (
    <div>
      <div style={{ height: headlineHeight, overflow: 'hidden' }}>{headline}</div>
      <CellGrid
        summary={`${headline}. Champion in rows, challenger in columns.`}
        rows={model.outputs}
        columns={model.outputs}
        cells={cells}
        legend={[
          { label: 'outputs agree', mark: <path d="M2 6H14M2 10H14" stroke={theme.colors.text.primary} strokeWidth={2} /> },
          ...(insufficient ? [unsureLegend(theme, `unsure, below ${countMin} pairs`)] : []),
        ]}
        width={width}
        height={Math.max(0, height - headlineHeight)}
      />
    </div>
  );
}

export const shadowVerdictView: View = {
  name: 'shadow-verdict',
  label: 'Shadow verdict',
  description: 'Agreement of champion and challenger, difference of output with its interval, and the verdict',
  needs: NEEDS,
  addOptions: (builder) => {
    builder.addNumberInput({
      path: 'shadowVerdict.countMin',
      name: 'Judge from count',
      description: 'With fewer pairs the verdict is withheld and the cells are marked unsure',
      defaultValue: COUNT_MIN_DEFAULT,
      settings: { min: 1, integer: true },
      showIf: ({ view }) => view === 'shadow-verdict',
    });
  },
  Component: ShadowVerdictView,
};
