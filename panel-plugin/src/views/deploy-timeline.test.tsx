import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { DataFrame, DataHoverEvent, EventBusSrv, FieldType } from '@grafana/data';
import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GALLERY_TIME, HOUR } from '../gallery/gallery-case';
import { prepared } from '../prepared-frames';
import { boundTo, showView, TIME_RANGE } from '../testing/show-view';
import { deployTimelineView } from './deploy-timeline';
import { deployTimeline, EVENTS_MAX, LANES_MAX } from './deploy-timeline-model';

interface Row {
  readonly ago: number;
  readonly kind: string;
  readonly model?: string;
  readonly version?: string;
  readonly end?: number;
  readonly status?: string;
}

const FROM = TIME_RANGE.from.valueOf();
const TO = GALLERY_TIME;
const at = (ago: number) => TO - ago * HOUR;

const ROWS: readonly Row[] = [
  { ago: 100, kind: 'deploy', model: 'm', version: '2' },
  { ago: 60, kind: 'deploy', model: 'm', version: '3' },
  { ago: 50, end: 45, kind: 'incident' },
  { ago: 40, kind: 'rollback', model: 'm', version: '2' },
  { ago: 30, kind: 'deploy', model: 'm', version: '4', status: 'failed' },
];

const eventsOf = (rows: readonly Row[]): DataFrame[] => {
  const text = (name: string, valueOf: (row: Row, index: number) => string | undefined, config = {}) => ({
    name,
    type: FieldType.string,
    config,
    values: rows.map((row, index) => valueOf(row, index) ?? null),
  });
  return prepared([
    {
      fields: [
        { name: 'time', type: FieldType.time, values: rows.map(({ ago }) => at(ago)) },
        { name: 'timeEnd', type: FieldType.time, values: rows.map(({ end }) => (end === undefined ? null : at(end))) },
        text('kind', ({ kind }) => kind, { links: [{ title: 'Event', url: '/event' }] }),
        text('model', ({ model }) => model),
        text('version', ({ version }) => version),
        text('status', ({ status }) => status),
        text('id', (_, index) => `e${index}`),
      ],
    },
  ]);
};

const modelOf = (rows: readonly Row[], further: DataFrame[] = [], annotations: DataFrame[] = []) => {
  const series = [...eventsOf(rows), ...further];
  return deployTimeline(boundTo(deployTimelineView, series), { series, annotations, from: FROM, to: TO });
};

describe('deploy timeline: frames to lanes', () => {
  it('keeps a version at work until the next change of its model, and no failed deploy changes it', () => {
    const { lanes } = modelOf(ROWS);
    expect(lanes.map(({ label, atWork }) => [label, atWork])).toEqual([
      ['4', []],
      [
        '2',
        [
          [at(100), at(60)],
          [at(40), TO],
        ],
      ],
      ['3', [[at(60), at(40)]]],
    ]);
  });

  it('puts events on the lane of their version, and what has none across all', () => {
    const { events, lanes } = modelOf(ROWS);
    expect(events.map(({ kind, lane, until }) => [kind, lane === undefined ? 'all' : lanes[lane]?.label, until])).toEqual([
      ['deploy', '2', undefined],
      ['deploy', '3', undefined],
      ['incident', 'all', at(45)],
      ['rollback', '2', undefined],
      ['deploy', '4', undefined],
    ]);
    expect(events.at(-1)?.failed).toBe(true);
  });

  it('knows from a frame of versions, and from events before the range, what was at work when it began', () => {
    const versions = prepared([
      {
        fields: [
          { name: 'model', type: FieldType.string, values: ['m'] },
          { name: 'version', type: FieldType.string, values: ['1'] },
          { name: 'deployed', type: FieldType.time, values: [at(900)] },
        ],
      },
    ]);
    expect(modelOf(ROWS, versions).lanes.find(({ label }) => label === '1')?.atWork).toEqual([[FROM, at(100)]]);
    const early = modelOf([{ ago: 500, kind: 'deploy', model: 'm', version: '0' }, ...ROWS]);
    expect(early.lanes.find(({ label }) => label === '0')?.atWork).toEqual([[FROM, at(100)]]);
    expect(early.events).toHaveLength(ROWS.length);
  });

  it('gives a lane to the version of what began before the range and reaches into it', () => {
    const { events, lanes } = modelOf([{ ago: 500, end: 90, kind: 'training_job', model: 'm', version: '7' }, ...ROWS]);
    expect(lanes.map(({ label }) => label)).toContain('7');
    expect(events.find(({ kind }) => kind === 'training_job')?.lane).toBe(lanes.findIndex(({ label }) => label === '7'));
  });

  it('draws annotations of the board too, those of a known id once', () => {
    const annotations = prepared([
      {
        fields: [
          { name: 'time', type: FieldType.time, values: [at(20), at(100)] },
          { name: 'title', type: FieldType.string, values: ['by hand', 'deploy m 2'] },
          { name: 'id', type: FieldType.string, values: ['other', 'e0'] },
        ],
      },
    ]);
    const { events } = modelOf(ROWS, [], annotations);
    expect(events).toHaveLength(ROWS.length + 1);
    expect(events.at(-1)).toMatchObject({ title: 'by hand', kind: 'annotation', lane: undefined });
  });

  it('keeps lanes and events within bounds, the latest, and counts the rest', () => {
    const many = Array.from({ length: EVENTS_MAX + 5 }, (_, index) => ({
      ago: 100 - index / 10,
      kind: 'deploy',
      model: 'm',
      version: `${index}`,
    }));
    const model = modelOf(many);
    expect(model).toMatchObject({ leftOutEventCount: 5, leftOutLaneCount: EVENTS_MAX + 5 - LANES_MAX });
    expect(model.lanes[0]?.label).toBe(`${EVENTS_MAX + 4}`);
  });
});

describe('deploy timeline: picture', () => {
  const show = (eventBus?: EventBusSrv, width = 600, height = 300) =>
    showView(deployTimelineView, boundTo(deployTimelineView, eventsOf(ROWS)), { eventBus, width, height });

  it('draws lanes, events and regions with an axis of time, and sums up', () => {
    show();
    expect(screen.getAllByTestId('lane')).toHaveLength(3);
    expect(screen.getAllByTestId('at-work')).toHaveLength(3);
    expect(screen.getAllByTestId('region')).toHaveLength(1);
    expect(screen.getAllByTestId('event')).toHaveLength(5);
    expect(screen.getByRole('img')).toHaveAccessibleName('5 events of 3 versions over time');
    expect(screen.getByText('02/26')).toBeInTheDocument();
  });

  it('moves through events by keys in the order of time', async () => {
    show();
    screen.getByRole('group').focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('incident: 2026-02-27 10:00:00 to 2026-02-27 15:00:00');
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('end2026-02-27 15:00:00');
    expect(screen.getByRole('link', { name: 'Event' })).toHaveAttribute('href', '/event');
  });

  it('hides a kind by its line in the legend', async () => {
    show();
    await userEvent.click(screen.getByRole('button', { name: 'deploy' }));
    expect(screen.getAllByTestId('event')).toHaveLength(2);
  });

  it('shares the time under the pointer with every panel of the board and shows theirs', () => {
    const eventBus = new EventBusSrv();
    const heard: Array<number | null | undefined> = [];
    eventBus.getStream(DataHoverEvent).subscribe(({ payload }) => heard.push(payload.point.time));
    show(eventBus);
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 592, clientY: 200 });
    expect(heard).toEqual([TO]);
    act(() => eventBus.publish(new DataHoverEvent({ point: { time: at(84) } })));
    expect(screen.getByTestId('crosshair')).toHaveAttribute('d', expect.stringMatching(/^M362 0/));
  });

  it('draws as many lanes as have room, without names where it is narrow', () => {
    show(undefined, 200, 120);
    expect(screen.getAllByTestId('lane')).toHaveLength(3);
    expect(screen.queryByText('4')).not.toBeInTheDocument();
    expect(screen.queryByRole('list', { name: 'Legend' })).not.toBeInTheDocument();
  });
});
