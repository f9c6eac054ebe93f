import { getFieldDisplayName } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useMemo } from 'react';
import { BottomAxis, LeftAxis } from '../axis';
import { linearScale, ticksOf } from '../axis-scale';
import { hasField, shown } from '../bound-frame';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { counted } from '../counted';
import { hasLegendRoom, Legend, LEGEND_STEPS } from '../legend';
import { useSharedCrosshair } from '../shared-crosshair';
import { shorten } from '../shorten';
import { driftImpact, DriftImpact, DriftPoint, NEEDS } from './drift-impact-model';
import { View, ViewProps } from './view';

const NAMED_MAX = 5;
const NAMED_WIDTH_MIN = 300;
const NAME_LETTERS_MAX = 24;
const AXES_WIDTH_MIN = 240;
const AXES_HEIGHT_MIN = 100;
const TICK_WIDTH = 64;
const TICK_HEIGHT = 40;
const NAME_HEIGHT = 14;
const LETTER_WIDTH = 7;
/** How near the pointer must come to a point, in pixels. */
const REACH = 20;

function summaryOf({ points, beyondCount, undeterminedCount, leftOutCount }: DriftImpact): string {
  const undetermined = undeterminedCount > 0 ? `; ${undeterminedCount} not measured` : '';
  const leftOut = leftOutCount > 0 ? `; ${leftOutCount} left out` : '';
  return `${counted(points.length, 'feature')}, drift across and impact up; ${beyondCount} beyond their critical value (diamonds)${undetermined}${leftOut}`;
}

function Mark({ beyond, half }: { readonly beyond: boolean; readonly half: number }) {
  const theme = useTheme2();
  return beyond ? (
    <path
      d={`M0 ${-half}L${half} 0L0 ${half}L${-half} 0Z`}
      fill={theme.visualization.getColorByName('orange')}
      stroke={theme.colors.text.primary}
    />
  ) : (
    <circle r={half} fill={theme.visualization.getColorByName('blue')} fillOpacity={0.7} />
  );
}

interface NamePlace {
  readonly isRight: boolean;
  /** How far from the middle of its mark, so that it lies over no other name. */
  readonly shift: number;
}

/** Names beside their marks, one below the other where they would overlap. */
function namePlaces(points: ReadonlyArray<{ readonly text: string; readonly x: number; readonly y: number }>, width: number): NamePlace[] {
  const taken: Array<{ readonly from: number; readonly to: number; readonly y: number }> = [];
  return points.map(({ text, x, y }) => {
    const isRight = x > width / 2;
    const reach = (text.length + 2) * LETTER_WIDTH;
    const [from, to] = isRight ? [x - reach, x] : [x, x + reach];
    const free = (shift: number) => taken.every((one) => one.to < from || one.from > to || Math.abs(one.y - y - shift) >= NAME_HEIGHT);
    const shift = [0, 1, -1, 2, -2].map((lines) => lines * NAME_HEIGHT).find(free) ?? 0;
    taken.push({ from, to, y: y + shift });
    return { isRight, shift };
  });
}

function DriftImpactView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const model = useMemo(() => driftImpact(bound), [bound]);
  const { chosen, choose, reset, onKeyDown } = useChosenCell(1, Math.max(1, model.points.length));
  const current = chosen && model.points[chosen[1]];
  const { at, publish } = useSharedCrosshair('drift');
  const size = theme.spacing.gridSize;
  const legendRoom = hasLegendRoom(width, height);
  const pictureHeight = Math.max(0, height - size * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const axesRoom = width >= AXES_WIDTH_MIN && pictureHeight >= AXES_HEIGHT_MIN;
  const [left, right] = [axesRoom ? size * 7 : size, width - size * (axesRoom ? 2 : 1)];
  const [top, bottom] = [axesRoom ? size * 2.5 : size, pictureHeight - size * (axesRoom ? 4 : 1)];
  const x = linearScale([0, model.driftMax], [left, right]);
  const y = linearScale([0, model.impactMax], [bottom, top]);
  const placeOf = ({ drift, impact }: DriftPoint) => [x(Math.max(0, drift)), y(Math.max(0, impact))] as const;
  const summary = summaryOf(model);
  const tickOf = (name: string) => (value: number) => ({ at: value, text: shown(bound.fields.get(name), value).text });
  const nameOf = (name: string) => {
    const field = bound.fields.get(name);
    return field ? getFieldDisplayName(field, bound.frame) : name;
  };

  const onMove = (event: MouseEvent<SVGSVGElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - place.left, event.clientY - place.top];
    const away = (point: DriftPoint) => Math.hypot(placeOf(point)[0] - px, placeOf(point)[1] - py);
    const nearest = model.points.reduce(
      (best, each, index) => (best < 0 || away(each) < away(model.points[best] ?? each) ? index : best),
      -1,
    );
    const found = model.points[nearest];
    if (found && away(found) <= REACH) {
      choose(0, nearest);
    } else {
      reset();
    }
    publish(px < left || px > right ? undefined : ((px - left) / (right - left)) * model.driftMax);
  };
  const leave = () => {
    reset();
    publish();
  };
  const named = width >= NAMED_WIDTH_MIN ? model.points.slice(0, options.driftImpact?.namedMax ?? NAMED_MAX) : [];
  const names = namePlaces(
    named.map((point) => ({ text: shorten(point.feature, NAME_LETTERS_MAX), x: placeOf(point)[0], y: placeOf(point)[1] })),
    width,
  );

  return (
    <div>
      {legendRoom && (
        <Legend
          items={[false, true].map((beyond) => ({
            label: beyond ? 'beyond its critical value' : 'within, or without one',
            mark: (
              <g transform="translate(8 8)">
                <Mark beyond={beyond} half={5} />
              </g>
            ),
          }))}
        />
      )}
      <Picture
        summary={summary}
        width={width}
        height={pictureHeight}
        onMove={onMove}
        onKeyDown={onKeyDown}
        onLeave={leave}
        readout={current?.description ?? summary}
        links={current?.links()}
        tip={current && { x: placeOf(current)[0], y: placeOf(current)[1], title: current.feature, details: current.details }}
      >
        {axesRoom && (
          <>
            <BottomAxis
              ticks={ticksOf(0, model.driftMax, Math.max(1, Math.floor((right - left) / TICK_WIDTH))).map(tickOf('drift'))}
              scale={x}
              at={bottom}
              reach={bottom - top}
              label={nameOf('drift')}
            />
            <LeftAxis
              ticks={ticksOf(0, model.impactMax, Math.max(1, Math.floor((bottom - top) / TICK_HEIGHT))).map(tickOf('impact'))}
              scale={y}
              at={left}
              reach={right - left}
              label={nameOf('impact')}
            />
          </>
        )}
        {at !== undefined && at >= 0 && at <= model.driftMax && (
          <path data-testid="crosshair" d={`M${x(at)} 0V${bottom}`} stroke={theme.colors.text.secondary} strokeDasharray="2 2" />
        )}
        {model.points.map((point, index) => {
          const [px, py] = placeOf(point);
          const name = names[index];
          return (
            <g key={index} data-testid={point.beyond ? 'beyond' : 'within'} transform={`translate(${px} ${py})`}>
              <Mark beyond={point.beyond} half={size * (point === current ? 0.9 : 0.6)} />
              {name && (
                <text x={name.isRight ? -size : size} y={name.shift} textAnchor={name.isRight ? 'end' : 'start'} dominantBaseline="central">
                  {shorten(point.feature, NAME_LETTERS_MAX)}
                </text>
              )}
            </g>
          );
        })}
      </Picture>
    </div>
  );
}

export const driftImpactView: View = {
  name: 'drift-impact',
  label: 'Drift x impact',
  description: 'Features by drift and by their weight in the model; diamonds are beyond their critical value',
  needs: NEEDS,
  addOptions: (builder) => {
    builder.addNumberInput({
      path: 'driftImpact.namedMax',
      name: 'Names',
      description: 'How many features carry their names, those of the greatest product first',
      defaultValue: NAMED_MAX,
      settings: { min: 0, max: 30, integer: true },
      showIf: ({ view }, data) => view === 'drift-impact' && hasField(data, 'feature'),
    });
  },
  Component: DriftImpactView,
};
