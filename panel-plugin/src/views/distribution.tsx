import { useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { COUNT_MIN_DEFAULT } from '../options';
import { distribution, NEEDS } from './distribution-model';
import { View, ViewProps } from './view';

const LABEL_WIDTH_MIN = 40;
const LABELS_HEIGHT_MIN = 120;

function DistributionView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const countMin = options.distribution?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => distribution(bound, { countMin }), [bound, countMin]);
  const { chosen, choose, reset, onKeyDown } = useChosenCell(1, model.bins.length);
  const current = chosen && model.bins[chosen[1]];
  const pictureHeight = Math.max(0, height - theme.spacing.gridSize * READOUT_STEPS);
  const step = width / model.bins.length;
  const labelled = step >= LABEL_WIDTH_MIN && pictureHeight >= LABELS_HEIGHT_MIN;
  const plotHeight = Math.max(0, pictureHeight - (labelled ? theme.spacing.gridSize * 5 : 0));
  const bar = (share: number) => (model.shareMax === 0 ? 0 : (share / model.shareMax) * plotHeight);
  const note = model.insufficient ? `; ${model.insufficient}` : '';
  const leftOut = model.leftOutCount > 0 ? `; ${model.leftOutCount} bins are left out` : '';
  const summary = `${model.bins.length} bins, dashed outline: reference (n=${model.referenceCount}), filled: current (n=${model.currentCount})${note}${leftOut}`;
  const filled = theme.visualization.getColorByName('blue');
  return (
    <Picture onKeyDown={onKeyDown} onLeave={reset} readout={current?.description ?? summary} links={current?.links}>
      <svg role="img" aria-label={summary} width={width} height={pictureHeight}>
        {model.bins.map((bin, index) => {
          const x = index * step;
          return (
            <g key={index} onMouseEnter={() => choose(0, index)}>
              <title>{bin.description}</title>
              <rect
                x={x}
                y={0}
                width={step}
                height={plotHeight}
                fill={bin === current ? theme.colors.action.hover : theme.colors.background.primary}
              />
              <rect
                x={x + step * 0.15}
                y={plotHeight - bar(bin.currentShare)}
                width={step * 0.7}
                height={bar(bin.currentShare)}
                fill={filled}
                // What is too little to compare is drawn pale, and the line below says why.
                fillOpacity={model.insufficient ? 0.3 : 0.8}
              />
              <rect
                x={x + step * 0.1}
                y={plotHeight - bar(bin.referenceShare)}
                width={step * 0.8}
                height={bar(bin.referenceShare)}
                fill="none"
                stroke={theme.colors.text.primary}
                strokeDasharray="4 2"
              />
              {labelled &&
                [bin.label, model.insufficient || bin.contribution === undefined ? '' : `+${bin.contribution}`].map((text, line) => (
                  <text
                    key={line}
                    x={x + step / 2}
                    y={plotHeight + theme.spacing.gridSize * 2 * (line + 1)}
                    textAnchor="middle"
                    fontSize={theme.typography.bodySmall.fontSize}
                    fontStyle={bin.special && line === 0 ? 'italic' : 'normal'}
                    fill={line === 0 ? theme.colors.text.primary : theme.colors.text.secondary}
                  >
                    {text.slice(0, Math.floor(step / 6))}
                  </text>
                ))}
            </g>
          );
        })}
      </svg>
    </Picture>
  );
}

export const distributionView: View = {
  name: 'distribution',
  label: 'Distribution',
  description: 'Reference and current by bin, with the missing, the unseen and what each adds to PSI',
  needs: NEEDS,
  addOptions: (builder) => {
    builder.addNumberInput({
      path: 'distribution.countMin',
      name: 'Compare from count',
      description: 'With fewer on either side the bars are pale and no contribution to PSI is written',
      defaultValue: COUNT_MIN_DEFAULT,
      settings: { min: 1, integer: true },
      showIf: ({ view }) => view === 'distribution',
    });
  },
  Component: DistributionView,
};
