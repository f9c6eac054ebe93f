import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { createTheme, DataFrame, DataHoverEvent, EventBusSrv, FieldType, ThresholdsMode } from '@grafana/data';
import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { bind, BoundFrame } from '../bound-frame';
import { SVG_CELLS_MAX } from '../cell-grid';
import { prepared } from '../prepared-frames';
import { showView } from '../testing/show-view';
import { sliceQualityView } from './slice-quality';
import { CELLS_MAX, NEEDS, sliceQuality } from './slice-quality-model';

const frame = {
  fields: [
    { name: 'slice', type: FieldType.string, values: ['country=NL', 'country=NL', 'country=MT'] },
    { name: 'metric', type: FieldType.string, values: ['recall', 'precision', 'recall'] },
    {
      name: 'value',
      type: FieldType.number,
      values: [0.9, 0.8, 0.4],
      config: {
        unit: 'percentunit',
        links: [{ title: 'Debug', url: '/d/debug?slice=${__data.fields.slice}' }],
        color: { mode: 'thresholds' },
        thresholds: {
          mode: ThresholdsMode.Absolute,
          steps: [
            { value: -Infinity, color: 'red' },
            { value: 0.7, color: 'green' },
          ],
        },
      },
    },
    { name: 'count', type: FieldType.number, values: [5000, 5000, 12] },
  ],
};

function bound(frames: DataFrame[]): BoundFrame {
  const binding = bind(frames, NEEDS);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

const show = (width = 600, height = 300) => {
  return showView(sliceQualityView, bound(prepared([frame])), { width, height });
};

describe('slice quality: frame to cells', () => {
  const options = { columns: 'auto', countMin: 100 } as const;

  it('puts slice and value together where they are two fields', () => {
    const [slice, ...others] = frame.fields!;
    const names = slice!.values as string[];
    const part = (name: string, at: 0 | 1) => ({ name, type: FieldType.string, values: names.map((each) => each.split('=')[at]!) });
    const parted = { ...frame, fields: [part('slice', 0), part('sliceValue', 1), ...others] };
    expect(sliceQuality(bound(prepared([parted])), options).rows).toEqual(['country=NL', 'country=MT']);
  });

  it('places slices by metric, formats by unit and colours by threshold', () => {
    const model = sliceQuality(bound(prepared([frame])), options);
    expect(model.rows).toEqual(['country=NL', 'country=MT']);
    expect(model.columns).toEqual(['recall', 'precision']);
    const { visualization } = createTheme();
    expect(model.cells.map(({ row, column, text, color }) => [row, column, text, color])).toEqual([
      [0, 0, '90%', visualization.getColorByName('green')],
      [0, 1, '80%', visualization.getColorByName('green')],
      [1, 0, '40%', visualization.getColorByName('red')],
    ]);
  });

  it('calls a cell unsure below the least count and not at it', () => {
    const unsure = (countMin: number) => sliceQuality(bound(prepared([frame])), { ...options, countMin }).cells.map((cell) => cell.unsure);
    expect(unsure(12)).toEqual([false, false, false]);
    expect(unsure(13)).toEqual([false, false, true]);
  });

  it('puts windows in the columns where there is no metric', () => {
    const times = {
      fields: [
        { name: 'slice', type: FieldType.string, values: ['a', 'a'] },
        { name: 'time', type: FieldType.time, values: [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3)] },
        { name: 'value', type: FieldType.number, values: [1, null] },
      ],
    };
    const model = sliceQuality(bound(prepared([times])), options);
    expect(model.columns).toEqual(['2026-01-02 00:00:00', '2026-01-03 00:00:00']);
    expect(model.cells[1]).toMatchObject({ text: 'unknown', color: undefined });
  });

  it('draws a bounded number of cells and counts the slices left out', () => {
    const slices = Array.from({ length: CELLS_MAX + 7 }, (_, index) => `s${index}`);
    const wide = {
      fields: [
        { name: 'slice', type: FieldType.string, values: slices },
        { name: 'value', type: FieldType.number, values: slices.map(() => 1) },
      ],
    };
    const model = sliceQuality(bound(prepared([wide])), options);
    expect(model.cells).toHaveLength(CELLS_MAX);
    expect(model.leftOutCount).toBe(7);
    expect(model.leftOutColumnCount).toBe(0);
  });

  it('bounds the cells by columns too: keeps the latest times, whatever their order, and the first metrics', () => {
    const indices = Array.from({ length: CELLS_MAX + 7 }, (_, index) => index);
    const time = (index: number) => Date.UTC(2026, 0, 1, 0, index);
    const wide = (by: 'rising' | 'falling' | 'metric') => ({
      fields: [
        { name: 'slice', type: FieldType.string, values: indices.map((index) => `s${index % 2}`) },
        by === 'metric'
          ? { name: 'metric', type: FieldType.string, values: indices.map((index) => `m${index}`) }
          : { name: 'time', type: FieldType.time, values: indices.map((index) => time(by === 'rising' ? index : CELLS_MAX + 6 - index)) },
        { name: 'value', type: FieldType.number, values: indices },
      ],
    });
    const modelOf = (by: 'rising' | 'falling' | 'metric') => sliceQuality(bound(prepared([wide(by)])), options);
    const rising = modelOf('rising');
    expect(rising).toMatchObject({ rows: ['s0'], leftOutCount: 1, leftOutColumnCount: 7 });
    expect(rising.columns).toHaveLength(CELLS_MAX);
    expect(rising.columns[0]).toBe('2026-01-01 00:07:00');
    expect(rising.cells[0]).toMatchObject({ row: 0, column: 1, text: '8' });
    expect(rising.cells.length).toBeLessThanOrEqual(CELLS_MAX);
    expect(modelOf('falling').columns.at(-1)).toBe('2026-01-01 00:07:00');
    expect(modelOf('metric').columns.at(-1)).toBe(`m${CELLS_MAX - 1}`);
  });
});

describe('slice quality: picture', () => {
  it('says how many columns are left out', () => {
    const times = Array.from({ length: CELLS_MAX + 7 }, (_, index) => Date.UTC(2026, 0, 1, 0, index));
    const wide = {
      fields: [
        { name: 'slice', type: FieldType.string, values: times.map(() => 'a') },
        { name: 'time', type: FieldType.time, values: times },
        { name: 'value', type: FieldType.number, values: times.map(() => 1) },
      ],
    };
    showView(sliceQualityView, bound(prepared([wide])), { width: 60, height: 60 });
    expect(screen.getByRole('status')).toHaveTextContent(`Quality of 1 slice by ${CELLS_MAX} columns. 7 columns left out.`);
  });

  it('sums itself up and marks an unsure cell by hatching and by text', () => {
    show();
    expect(screen.getByRole('img', { name: 'Quality of 2 slices by 2 columns. 1 of 3 cells are unsure.' })).toBeInTheDocument();
    expect(screen.getAllByTestId('unsure')).toHaveLength(1);
    expect(screen.getByText('40% ?')).toBeInTheDocument();
  });

  it('moves by arrow keys, reads the cell aloud, says where there is no data and stops at the edge', async () => {
    show();
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}');
    expect(screen.getByRole('status')).toHaveTextContent('country=NL, recall: 90%, n=5000');
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(screen.getByRole('status')).toHaveTextContent('country=MT, recall: 40%, n=12, too few to be sure (below 100)');
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('country=MT, precision: no data');
  });

  it('offers the data link of the chosen cell', async () => {
    show();
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}');
    expect(screen.getByRole('link', { name: 'Debug' })).toHaveAttribute('href', expect.stringContaining('/d/debug?slice='));
  });

  it('leaves labels and numbers out where there is no room, and keeps the summary', () => {
    show(60, 60);
    expect(screen.queryByText('recall')).not.toBeInTheDocument();
    expect(screen.queryByText('90%')).not.toBeInTheDocument();
    expect(screen.getByRole('img')).toBeInTheDocument();
  });

  it('draws many cells as pixels, which pointer and keys reach as they do elements', async () => {
    const slices = Array.from({ length: SVG_CELLS_MAX + 1 }, (_, index) => `s${index}`);
    const many = {
      fields: [
        { name: 'slice', type: FieldType.string, values: slices },
        { name: 'value', type: FieldType.number, values: slices.map((_, index) => index) },
      ],
    };
    const { container } = showView(sliceQualityView, bound(prepared([many])));
    expect(container.querySelectorAll('canvas')).toHaveLength(1);
    expect(container.querySelectorAll('svg rect')).toHaveLength(0);
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 300, clientY: 100_000 });
    expect(screen.getByRole('status')).toHaveTextContent('Quality of 501 slices');
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(screen.getByRole('status')).toHaveTextContent('s1, value: 1');
  });

  it('shows in columns of time where the pointer is in other panels, and tells them its own', () => {
    const hour = (index: number) => Date.UTC(2026, 0, 1, index);
    const times = {
      fields: [
        { name: 'slice', type: FieldType.string, values: ['a', 'a'] },
        { name: 'time', type: FieldType.time, values: [hour(1), hour(2)] },
        { name: 'value', type: FieldType.number, values: [1, 2] },
      ],
    };
    const eventBus = new EventBusSrv();
    const heard: Array<number | null | undefined> = [];
    eventBus.getStream(DataHoverEvent).subscribe(({ payload }) => heard.push(payload.point.time));
    showView(sliceQualityView, bound(prepared([times])), { eventBus });
    act(() => eventBus.publish(new DataHoverEvent({ point: { time: hour(2) - 60_000 } })));
    // Half of what is left beside the names: the second of two windows.
    expect(screen.getByTestId('crosshair')).toHaveAttribute('x', '380');
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 200, clientY: 100 });
    expect(heard.at(-1)).toBe(hour(1));
    expect(screen.queryByTestId('crosshair')).not.toBeInTheDocument();
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('a, 2026-01-01 01:00:00value1');
  });

  it('tells what the colours of thresholds and hatching mean', () => {
    show();
    expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('below 70%from 70%unsure, below 100');
  });
});
