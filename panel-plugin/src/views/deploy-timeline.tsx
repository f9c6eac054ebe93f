import { useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useMemo, useState } from 'react';
import { BottomAxis } from '../axis';
import { linearScale, Scale, timeTicksOf } from '../axis-scale';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { counted } from '../counted';
import { eventColor, EventMark } from '../event-mark';
import { hasLegendRoom, Legend, LEGEND_STEPS } from '../legend';
import { useSharedCrosshair } from '../shared-crosshair';
import { shorten } from '../shorten';
import { DeployTimeline, deployTimeline, Lane, NEEDS, TimelineEvent } from './deploy-timeline-model';
import { View, ViewProps } from './view';

const LANE_HEIGHT_MIN = 16;
const LANE_HEIGHT_MAX = 40;
const LABELS_WIDTH_MIN = 320;
const AXIS_HEIGHT_MIN = 90;
const LETTER_WIDTH = 6.5;
const TICK_WIDTH = 80;
/** How near the pointer must come to an event, in pixels. */
const REACH = 20;

function summaryOf({ lanes, events, leftOutLaneCount, leftOutEventCount }: DeployTimeline, drawnCount: number): string {
  const undrawnCount = leftOutLaneCount + lanes.length - drawnCount;
  return [
    `${counted(events.length, 'event')} of ${counted(lanes.length + leftOutLaneCount, 'version')} over time`,
    ...(undrawnCount > 0 ? [`${counted(undrawnCount, 'version')} not drawn`] : []),
    ...(leftOutEventCount > 0 ? [`${counted(leftOutEventCount, 'earlier event')} left out`] : []),
  ].join('; ');
}

interface Plot {
  readonly x: Scale;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly laneHeight: number;
  /** The middle of the lane; events of all lanes stand in a strip above the first. */
  readonly y: (lane: number | undefined) => number;
}

function LaneRow({ lane, index, plot }: { readonly lane: Lane; readonly index: number; readonly plot: Plot }) {
  const theme = useTheme2();
  const y = plot.y(index);
  return (
    <g data-testid="lane">
      <path d={`M${plot.left} ${y}H${plot.right}`} stroke={theme.colors.border.weak} />
      {plot.left > 0 && (
        <text y={y} dominantBaseline="central">
          {shorten(lane.label, Math.floor(plot.left / LETTER_WIDTH))}
        </text>
      )}
      {lane.atWork.map(([from, to], span) => (
        <rect
          key={span}
          data-testid="at-work"
          x={plot.x(from)}
          y={y - plot.laneHeight * 0.3}
          width={Math.max(1, plot.x(to) - plot.x(from))}
          height={plot.laneHeight * 0.6}
          fill={theme.visualization.getColorByName('blue')}
          fillOpacity={0.35}
        />
      ))}
    </g>
  );
}

/** What lasted: over its own lane, or over all where it has none. */
function Region({ event, plot, from, to }: { event: TimelineEvent; plot: Plot; from: number; to: number }) {
  const theme = useTheme2();
  const x = plot.x(Math.max(from, event.at));
  const own = event.lane !== undefined;
  return (
    <rect
      data-testid="region"
      x={x}
      y={own ? plot.y(event.lane) - plot.laneHeight / 2 : 0}
      width={Math.max(1, plot.x(Math.min(to, event.until ?? event.at)) - x)}
      height={own ? plot.laneHeight : plot.bottom}
      fill={eventColor(theme, event.kind)}
      fillOpacity={0.15}
      stroke={eventColor(theme, event.kind)}
      strokeDasharray="3 3"
    />
  );
}

function useHiddenKinds() {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = (kind: string) =>
    setHidden((before) => new Set(before.has(kind) ? [...before].filter((each) => each !== kind) : [...before, kind]));
  return { hidden, toggle };
}

function DeployTimelineView({ bound, data, timeZone, width, height }: ViewProps) {
  const theme = useTheme2();
  const from = data.timeRange.from.valueOf();
  const to = data.timeRange.to.valueOf();
  const { series, annotations } = data;
  const model = useMemo(
    () => deployTimeline(bound, { series, annotations: annotations ?? [], from, to }),
    [bound, series, annotations, from, to],
  );
  const { hidden, toggle } = useHiddenKinds();

  const grid = theme.spacing.gridSize;
  const legendRoom = hasLegendRoom(width, height);
  const pictureHeight = Math.max(0, height - grid * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const bottom = Math.max(1, pictureHeight - (pictureHeight >= AXIS_HEIGHT_MIN ? grid * 2.5 : 0));
  // One row more than lanes: the strip of events without a version.
  const laneHeight = Math.min(LANE_HEIGHT_MAX, Math.max(LANE_HEIGHT_MIN, bottom / (model.lanes.length + 1)));
  const lanesDrawn = model.lanes.slice(0, Math.max(0, Math.floor(bottom / laneHeight) - 1));
  const left = width < LABELS_WIDTH_MIN ? 0 : Math.min(width * 0.22, 160);
  const right = Math.max(left + 1, width - grid);
  const plot: Plot = {
    x: linearScale([from, to], [left, right]),
    left,
    right,
    bottom,
    laneHeight,
    y: (lane) => (lane === undefined ? 0.5 : lane + 1.5) * laneHeight,
  };
  const events = model.events.filter(({ kind, lane }) => !hidden.has(kind) && (lane ?? 0) < Math.max(1, lanesDrawn.length));
  const placeOf = ({ at, lane }: TimelineEvent) => [Math.max(left, plot.x(at)), plot.y(lane)] as const;

  const { chosen, choose, reset, onKeyDown } = useChosenCell(1, Math.max(1, events.length));
  const current = chosen && events[chosen[1]];
  const { at, publish } = useSharedCrosshair('time');
  const crosshair = current ? undefined : at;
  const summary = summaryOf(model, lanesDrawn.length);
  const onMove = (event: MouseEvent<SVGSVGElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - place.left, event.clientY - place.top];
    const away = (each: TimelineEvent) => Math.hypot(placeOf(each)[0] - px, placeOf(each)[1] - py);
    const nearest = events.reduce((best, each, index) => (best < 0 || away(each) < away(events[best] ?? each) ? index : best), -1);
    const found = events[nearest];
    if (found && away(found) <= REACH) {
      choose(0, nearest);
    } else {
      reset();
    }
    publish(px < left ? undefined : from + ((px - left) / (right - left)) * (to - from));
  };
  const leave = () => {
    reset();
    publish();
  };

  return (
    <div>
      {legendRoom && (
        <Legend
          items={[
            {
              label: 'at work',
              mark: <rect y={4} width={16} height={8} fill={theme.visualization.getColorByName('blue')} fillOpacity={0.35} />,
            },
            ...model.kinds.map((kind) => ({
              label: kind.replace(/_/g, ' '),
              mark: (
                <g transform="translate(8 8)">
                  <EventMark kind={kind} size={5} />
                </g>
              ),
              hidden: hidden.has(kind),
              onToggle: () => toggle(kind),
            })),
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
        readout={current?.description ?? summary}
        links={current?.links()}
        tip={current && { x: placeOf(current)[0], y: placeOf(current)[1], title: current.title, details: current.details }}
      >
        {bottom < pictureHeight && (
          <BottomAxis
            ticks={timeTicksOf(from, to, Math.floor((right - left) / TICK_WIDTH), timeZone)}
            scale={plot.x}
            at={bottom}
            reach={bottom}
          />
        )}
        {lanesDrawn.map((lane, index) => (
          <LaneRow key={index} lane={lane} index={index} plot={plot} />
        ))}
        {events.map((event, index) =>
          event.until === undefined ? null : <Region key={index} event={event} plot={plot} from={from} to={to} />,
        )}
        {crosshair !== undefined && crosshair >= from && crosshair <= to && (
          <path
            data-testid="crosshair"
            d={`M${plot.x(crosshair)} 0V${bottom}`}
            stroke={theme.colors.text.secondary}
            strokeDasharray="2 2"
          />
        )}
        {events.map((event, index) => (
          <g key={index} data-testid="event" transform={`translate(${placeOf(event).join(' ')})`}>
            <EventMark kind={event.kind} failed={event.failed} size={event === current ? 8 : 6} />
          </g>
        ))}
      </Picture>
    </div>
  );
}

export const deployTimelineView: View = {
  name: 'deploy-timeline',
  label: 'Deploy timeline',
  description: 'Versions as lanes over time, with deploys, rollbacks, retraining, incidents and maintenance',
  needs: NEEDS,
  Component: DeployTimelineView,
};
