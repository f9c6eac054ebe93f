import { useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { driftImpact, NEEDS } from './drift-impact-model';
import { View, ViewProps } from './view';

const NAMED_MAX = 5;
const NAMED_WIDTH_MIN = 300;

function DriftImpactView({ bound, width, height }: ViewProps) {
  const theme = useTheme2();
  const model = useMemo(() => driftImpact(bound), [bound]);
  const { chosen, choose, reset, onKeyDown } = useChosenCell(1, model.points.length);
  const current = chosen && model.points[chosen[1]];
  const size = theme.spacing.gridSize;
  const pictureHeight = Math.max(0, height - size * READOUT_STEPS);
  const x = (drift: number) => size + (model.driftMax > 0 ? Math.max(0, drift) / model.driftMax : 0) * (width - 2 * size);
  const y = (impact: number) =>
    pictureHeight - size - (model.impactMax > 0 ? Math.max(0, impact) / model.impactMax : 0) * (pictureHeight - 2 * size);
  const undetermined = model.undeterminedCount > 0 ? `; ${model.undeterminedCount} not measured` : '';
  const leftOut = model.leftOutCount > 0 ? `; ${model.leftOutCount} left out` : '';
  const summary = `${model.points.length} features, drift across and impact up; ${model.beyondCount} beyond their critical value (diamonds)${undetermined}${leftOut}`;
  return (
    <Picture onKeyDown={onKeyDown} onLeave={reset} readout={current?.description ?? summary} links={current?.links}>
      <svg role="img" aria-label={summary} width={width} height={pictureHeight}>
        {model.points.map((point, index) => {
          const half = size * (point === current ? 0.9 : 0.6);
          const color = theme.visualization.getColorByName(point.beyond ? 'orange' : 'blue');
          const at = `translate(${x(point.drift)} ${y(point.impact)})`;
          return (
            <g key={index} transform={at} onMouseEnter={() => choose(0, index)}>
              <title>{point.description}</title>
              {point.beyond ? (
                <path
                  data-testid="beyond"
                  d={`M0 ${-half}L${half} 0L0 ${half}L${-half} 0Z`}
                  fill={color}
                  stroke={theme.colors.text.primary}
                />
              ) : (
                <circle r={half} fill={color} fillOpacity={0.7} />
              )}
              {index < NAMED_MAX && width >= NAMED_WIDTH_MIN && (
                <text
                  x={x(point.drift) > width / 2 ? -size : size}
                  textAnchor={x(point.drift) > width / 2 ? 'end' : 'start'}
                  dominantBaseline="central"
                  fontSize={theme.typography.bodySmall.fontSize}
                  fill={theme.colors.text.primary}
                >
                  {point.feature}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </Picture>
  );
}

export const driftImpactView: View = {
  name: 'drift-impact',
  label: 'Drift x impact',
  description: 'Features by drift and by their weight in the model; diamonds are beyond their critical value',
  needs: NEEDS,
  Component: DriftImpactView,
};
