import { useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useMemo, useState } from 'react';
import { BottomAxis, LeftAxis } from '../axis';
import { linearScale, ticksOf } from '../axis-scale';
import { shown } from '../bound-frame';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { counted } from '../counted';
import { hasLegendRoom, Legend, LEGEND_STEPS } from '../legend';
import { COUNT_MIN_DEFAULT } from '../options';
import { useSharedCrosshair } from '../shared-crosshair';
import { VersionMark, versionColor } from '../version-mark';
import { calibration, Calibration, CalibrationLine, CalibrationPoint, NEEDS } from './calibration-model';
import { View, ViewProps } from './view';

const AXES_WIDTH_MIN = 240;
const HISTOGRAM_HEIGHT_MIN = 160;
/** How near the pointer must come to a point, in pixels. */
const REACH = 24;

const errorOf = ({ name, error, count }: CalibrationLine) => {
  const told = error === undefined ? `too few for an error (n=${count})` : `ECE ${error.toFixed(3)} (n=${count})`;
  return name === '' ? told : `${name}: ${told}`;
};

function summaryOf({ lines, unsureCount, undeterminedCount, leftOutCount }: Calibration): string {
  return [
    `Observed rate by mean score; on the dashed diagonal the two are equal. ${lines.length === 0 ? 'No bin is measured' : lines.map(errorOf).join('; ')}`,
    ...(unsureCount > 0 ? [`${counted(unsureCount, 'bin')} unsure (hollow)`] : []),
    ...(undeterminedCount > 0 ? [`${counted(undeterminedCount, 'bin')} not measured`] : []),
    ...(leftOutCount > 0 ? [`${counted(leftOutCount, 'bin')} left out`] : []),
  ].join('; ');
}

interface Scales {
  readonly x: (score: number) => number;
  readonly y: (rate: number) => number;
}

interface Placed {
  readonly point: CalibrationPoint;
  readonly row: number;
  readonly column: number;
}

function Point({ point, index, scales, chosen }: { point: CalibrationPoint; index: number; scales: Scales; chosen: boolean }) {
  const color = versionColor(useTheme2(), index);
  const [x, y] = [scales.x(point.meanScore), scales.y(point.observedRate)];
  return (
    <g data-testid={point.unsure ? 'unsure' : 'sure'}>
      {point.interval && (
        <path
          d={`M${x} ${scales.y(point.interval[0])}V${scales.y(point.interval[1])}`}
          stroke={color}
          strokeWidth={2}
          strokeDasharray={point.unsure ? '2 3' : undefined}
        />
      )}
      <g transform={`translate(${x} ${y})`}>
        <VersionMark index={index} hollow={point.unsure} size={chosen ? 7 : 5} />
      </g>
    </g>
  );
}

/** Counts by bin below the diagram, the versions beside one another. */
function Histogram({
  model,
  scales,
  top,
  bottom,
  hidden,
}: {
  model: Calibration;
  scales: Scales;
  top: number;
  bottom: number;
  hidden: ReadonlySet<string>;
}) {
  const theme = useTheme2();
  const height = linearScale([0, model.countMax], [0, bottom - top]);
  const wide = Math.max(2, (scales.x(1) - scales.x(0)) / 12 / Math.max(1, model.lines.length) - 1);
  return (
    <g data-testid="histogram">
      <path d={`M${scales.x(0)} ${bottom}H${scales.x(1)}`} stroke={theme.colors.border.medium} />
      {model.lines.map((line, index) =>
        hidden.has(line.name)
          ? null
          : line.points.map((point, at) => (
              <rect
                key={`${index}/${at}`}
                x={scales.x(point.meanScore) + (index - model.lines.length / 2) * wide}
                y={bottom - height(point.count)}
                width={wide}
                height={height(point.count)}
                fill={versionColor(theme, index)}
                fillOpacity={point.unsure ? 0.3 : 0.7}
              />
            )),
      )}
    </g>
  );
}

function CalibrationView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const countMin = options.calibration?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => calibration(bound, { countMin }), [bound, countMin]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shownLines = model.lines.map((line) => (hidden.has(line.name) ? [] : line.points));
  const placed: Placed[] = shownLines.flatMap((points, row) => points.map((point, column) => ({ point, row, column })));
  const { chosen, choose, reset, onKeyDown } = useChosenCell(model.lines.length, Math.max(1, ...shownLines.map(({ length }) => length)));
  const current = chosen && placed.find(({ row, column }) => row === chosen[0] && column === chosen[1]);
  const { at, publish } = useSharedCrosshair('score');
  const summary = summaryOf(model);

  const grid = theme.spacing.gridSize;
  const legendRoom = hasLegendRoom(width, height);
  const axesRoom = width >= AXES_WIDTH_MIN;
  const pictureHeight = Math.max(0, height - grid * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const histogramHeight = pictureHeight >= HISTOGRAM_HEIGHT_MIN ? pictureHeight * 0.2 : 0;
  const left = axesRoom ? grid * 6 : grid;
  const bottom = pictureHeight - (axesRoom ? grid * 4 : grid);
  const plotBottom = Math.max(grid * 2, bottom - histogramHeight);
  const scales: Scales = { x: linearScale([0, 1], [left, width - grid * 2]), y: linearScale([0, 1], [plotBottom, grid * 2]) };
  const textOf = (name: string) => (value: number) => ({ at: value, text: shown(bound.fields.get(name), value).text });
  const ticks = (pixels: number) => ticksOf(0, 1, Math.max(1, Math.min(5, Math.floor(pixels / 48))));

  const onMove = (event: MouseEvent<SVGSVGElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - place.left, event.clientY - place.top];
    const away = ({ point }: Placed) => Math.hypot(scales.x(point.meanScore) - px, scales.y(point.observedRate) - py);
    const nearest = placed.reduce<Placed | undefined>((best, each) => (!best || away(each) < away(best) ? each : best), undefined);
    if (nearest && away(nearest) <= REACH) {
      choose(nearest.row, nearest.column);
    } else {
      reset();
    }
    publish(Math.min(1, Math.max(0, (px - left) / Math.max(1, width - grid * 2 - left))));
  };
  const leave = () => {
    reset();
    publish();
  };
  const toggle = (name: string) =>
    setHidden((before) => new Set(before.has(name) ? [...before].filter((each) => each !== name) : [...before, name]));

  return (
    <div>
      {legendRoom && (
        <Legend
          items={[
            ...model.lines.map((line, index) => ({
              label: errorOf(line),
              mark: (
                <g transform="translate(8 8)">
                  <VersionMark index={index} size={5} />
                </g>
              ),
              hidden: hidden.has(line.name),
              onToggle: model.lines.length > 1 ? () => toggle(line.name) : undefined,
            })),
            { label: 'equal', mark: <path d="M1 15L15 1" stroke={theme.colors.text.secondary} strokeDasharray="3 2" /> },
            {
              label: `unsure, below ${countMin}`,
              mark: <circle cx={8} cy={8} r={5} fill="none" stroke={theme.colors.text.primary} strokeDasharray="2 2" />,
            },
          ]}
        />
      )}
      <Picture
        summary={summary}
        width={width}
        height={pictureHeight}
        onMove={onMove}
        onKeyDown={onKeyDown}
        onLeave={leave}
        readout={current?.point.description ?? summary}
        links={current?.point.links()}
        tip={
          current && {
            x: scales.x(current.point.meanScore),
            y: scales.y(current.point.observedRate),
            title: current.point.title,
            details: current.point.details,
          }
        }
      >
        {axesRoom && (
          <>
            <BottomAxis
              ticks={ticks(width - left).map(textOf('meanScore'))}
              scale={scales.x}
              at={bottom}
              reach={bottom - grid * 2}
              label="mean score"
            />
            <LeftAxis
              ticks={ticks(plotBottom).map(textOf('observedRate'))}
              scale={scales.y}
              at={left}
              reach={width - grid * 2 - left}
              label="observed rate"
            />
          </>
        )}
        <path
          data-testid="diagonal"
          d={`M${scales.x(0)} ${scales.y(0)}L${scales.x(1)} ${scales.y(1)}`}
          stroke={theme.colors.text.secondary}
          strokeDasharray="6 4"
        />
        {histogramHeight > 0 && <Histogram model={model} scales={scales} top={plotBottom + grid * 1.5} bottom={bottom} hidden={hidden} />}
        {at !== undefined && at >= 0 && at <= 1 && (
          <path data-testid="crosshair" d={`M${scales.x(at)} 0V${bottom}`} stroke={theme.colors.text.secondary} strokeDasharray="2 2" />
        )}
        {shownLines.map((points, index) => (
          <path
            key={index}
            d={points
              .map((point, step) => `${step === 0 ? 'M' : 'L'}${scales.x(point.meanScore)} ${scales.y(point.observedRate)}`)
              .join('')}
            fill="none"
            stroke={versionColor(theme, index)}
            strokeOpacity={0.6}
          />
        ))}
        {placed.map(({ point, row, column }) => (
          <Point key={`${row}/${column}`} point={point} index={row} scales={scales} chosen={point === current?.point} />
        ))}
      </Picture>
    </div>
  );
}

export const calibrationView: View = {
  name: 'calibration',
  label: 'Calibration',
  description: 'Observed rate by mean score with intervals and counts, and the expected calibration error by version',
  needs: NEEDS,
  addOptions: (builder) => {
    builder.addNumberInput({
      path: 'calibration.countMin',
      name: 'Sure from count',
      description: 'A bin with a lower count is hollow and marked as unsure; a version with fewer in all has no error',
      defaultValue: COUNT_MIN_DEFAULT,
      settings: { min: 1, integer: true },
      showIf: ({ view }) => view === 'calibration',
    });
  },
  Component: CalibrationView,
};
