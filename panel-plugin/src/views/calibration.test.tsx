import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { DataHoverClearEvent, DataHoverEvent, EventBusSrv, FieldType } from '@grafana/data';
import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { prepared } from '../prepared-frames';
import { boundTo, showView } from '../testing/show-view';
import { calibrationView } from './calibration';
import { calibration, VERSIONS_MAX } from './calibration-model';

type Row = readonly [version: string, score: number | null, rate: number | null, count: number];

const ROWS: readonly Row[] = [
  ['7', 0.1, 0.12, 500],
  ['7', 0.5, 0.4, 300],
  ['7', 0.9, 0.7, 200],
  ['8', 0.3, 0.35, 60],
  ['8', null, null, 0],
];

function bound(rows: readonly Row[] = ROWS, roles?: readonly string[]) {
  const number = (name: string, values: Array<number | null>, config = {}) => ({ name, type: FieldType.number, values, config });
  return boundTo(
    calibrationView,
    prepared([
      {
        fields: [
          { name: 'version', type: FieldType.string, values: rows.map(([version]) => version) },
          ...(roles === undefined ? [] : [{ name: 'role', type: FieldType.string, values: [...roles] }]),
          { name: 'bin', type: FieldType.string, values: rows.map((_, index) => `b${index}`) },
          number(
            'meanScore',
            rows.map((row) => row[1]),
            { decimals: 2 },
          ),
          number(
            'observedRate',
            rows.map((row) => row[2]),
            { decimals: 2, links: [{ title: 'Samples', url: '/d/samples?version=${__data.fields.version}' }] },
          ),
          number(
            'lower',
            rows.map((row) => (row[2] === null ? null : row[2] - 0.05)),
          ),
          number(
            'upper',
            rows.map((row) => (row[2] === null ? null : row[2] + 0.05)),
          ),
          number(
            'count',
            rows.map((row) => row[3]),
          ),
        ],
      },
    ]),
  );
}

describe('calibration: frame to lines', () => {
  // python3 -c "print(sum(n/1000*abs(r-s) for s,r,n in ((.1,.12,500),(.5,.4,300),(.9,.7,200))))"
  // 0.08000000000000002
  it('computes the expected calibration error of each version, and none from too few', () => {
    const { lines, undeterminedCount } = calibration(bound(), { countMin: 100 });
    expect(lines.map(({ name, count }) => [name, count])).toEqual([
      ['7', 1000],
      ['8', 60],
    ]);
    expect(lines[0]?.error).toBeCloseTo(0.08, 12);
    expect(lines[1]?.error).toBeUndefined();
    expect(undeterminedCount).toBe(1);
  });

  it('calls a bin unsure below the least count and not at it', () => {
    const unsure = (countMin: number) => calibration(bound(), { countMin }).unsureCount;
    expect([unsure(60), unsure(61), unsure(201)]).toEqual([0, 1, 2]);
  });

  it('draws nothing that is no score or no rate', () => {
    const { lines, undeterminedCount } = calibration(
      bound([
        ['7', 1.2, 0.5, 10],
        ['7', 0.5, -0.1, 10],
        ['7', 0.5, 0.5, -3],
        ['7', NaN, 0.5, 10],
      ]),
      { countMin: 1 },
    );
    expect(lines).toEqual([]);
    expect(undeterminedCount).toBe(4);
  });

  it('keeps the bins of a version in two roles apart, and names the role where it has several', () => {
    const roles = ['champion', 'champion', 'challenger', 'challenger', 'challenger'];
    const { lines } = calibration(bound(ROWS, roles), { countMin: 1 });
    expect(lines.map(({ name, count }) => [name, count])).toEqual([
      ['7 (champion)', 800],
      ['7 (challenger)', 200],
      ['8', 60],
    ]);
    expect(lines[1]?.points[0]?.title).toBe('7 (challenger), score b2');
  });

  it('keeps the lines within a bound and counts the bins left out', () => {
    const many = Array.from({ length: VERSIONS_MAX + 2 }, (_, index): Row => [`v${index}`, 0.5, 0.5, 100]);
    const { lines, leftOutCount } = calibration(bound(many), { countMin: 1 });
    expect([lines.length, leftOutCount]).toEqual([VERSIONS_MAX, 2]);
  });
});

describe('calibration: picture', () => {
  it('draws the diagonal, the counts and what is unsure as hollow, and sums up', () => {
    showView(calibrationView, bound());
    expect(screen.getByTestId('diagonal')).toBeInTheDocument();
    expect(screen.getByTestId('histogram').querySelectorAll('rect')).toHaveLength(4);
    expect(screen.getAllByTestId('unsure')).toHaveLength(1);
    expect(screen.getByRole('img')).toHaveAccessibleName(/7: ECE 0\.080 \(n=1000\); 8: too few for an error \(n=60\); 1 bin unsure/);
  });

  it('moves by keys along a version and between versions, with details beside the mark and a link below', async () => {
    showView(calibrationView, bound());
    screen.getByRole('group').focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('7, score b1: mean score 0.50, observed 0.40 [0.35 to 0.45], n=300');
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('predictions300');
    expect(screen.getByRole('link', { name: 'Samples' })).toHaveAttribute('href', expect.stringContaining('/d/samples'));
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByTestId('mark-tooltip')).not.toBeInTheDocument();
  });

  it('hides a version by its line in the legend', async () => {
    showView(calibrationView, bound());
    const toggle = screen.getByRole('button', { name: /^7: ECE/ });
    await userEvent.click(toggle);
    expect(toggle).toHaveAttribute('aria-pressed', 'false');
    expect(screen.queryAllByTestId('sure')).toHaveLength(0);
    expect(screen.getAllByTestId('unsure')).toHaveLength(1);
  });

  it('tells other panels the score under the pointer, shows theirs, and does not hear itself', () => {
    const eventBus = new EventBusSrv();
    const heard: Array<number | null | undefined> = [];
    eventBus.getStream(DataHoverEvent).subscribe(({ payload }) => heard.push(payload.point.score));
    eventBus.getStream(DataHoverClearEvent).subscribe(() => heard.push(undefined));
    showView(calibrationView, bound(), { eventBus });
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 10_000, clientY: 5 });
    expect(heard).toEqual([1]);
    expect(screen.queryByTestId('crosshair')).not.toBeInTheDocument();
    act(() => eventBus.publish(new DataHoverEvent({ point: { score: 0.5 } })));
    expect(screen.getByTestId('crosshair')).toBeInTheDocument();
    act(() => eventBus.publish(new DataHoverClearEvent()));
    expect(screen.queryByTestId('crosshair')).not.toBeInTheDocument();
  });

  it('leaves axes, legend and counts out where there is no room', () => {
    showView(calibrationView, bound(), { width: 200, height: 120 });
    expect(screen.queryByText('mean score')).not.toBeInTheDocument();
    expect(screen.queryByRole('list', { name: 'Legend' })).not.toBeInTheDocument();
    expect(screen.queryByTestId('histogram')).not.toBeInTheDocument();
    expect(screen.getAllByTestId('sure')).toHaveLength(3);
  });
});
