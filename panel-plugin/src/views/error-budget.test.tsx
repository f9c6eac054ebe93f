import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { prepared } from '../prepared-frames';
import { boundTo, showView } from '../testing/show-view';
import { errorBudgetView } from './error-budget';
import { errorBudgets, SLOS_MAX } from './error-budget-model';

type Row = readonly [slo: string, left: number | null, window: string, burn: number | null, seconds: number | null];

const ROWS: readonly Row[] = [
  ['latency', 0.8, '3d', 0.5, 864_000],
  ['latency', 0.8, '1h', 14.5, 864_000],
  ['availability', 0, '1h', 14.3, 0],
  ['availability', 0, '6h', 6.1, 0],
  ['quality', null, '1h', null, null],
];

/** The Site Reliability Workbook, table 5-8. */
const BARS: Readonly<Record<string, number>> = { '1h': 14.4, '6h': 6, '3d': 1 };

function bound(rows: readonly Row[] = ROWS, bars: ReadonlyArray<number | null> = rows.map(([, , window]) => BARS[window] ?? null)) {
  const column = (name: string, type: FieldType, at: 0 | 1 | 2 | 3 | 4, config = {}) => ({
    name,
    type,
    values: rows.map((row) => row[at]),
    config,
  });
  return boundTo(
    errorBudgetView,
    prepared([
      {
        fields: [
          column('slo', FieldType.string, 0),
          column('budgetLeft', FieldType.number, 1, { unit: 'percentunit', links: [{ title: 'Runbook', url: '/runbook' }] }),
          column('window', FieldType.string, 2),
          column('burn', FieldType.number, 3),
          column('timeToExhaustion', FieldType.number, 4, { unit: 's' }),
          ...(bars.length === 0 ? [] : [{ name: 'bar', type: FieldType.number, values: [...bars] }]),
        ],
      },
    ]),
  );
}

describe('error budget: frame to budgets', () => {
  it('puts the least budget left first, those without data last, and windows by length', () => {
    const model = errorBudgets(bound());
    expect(model.budgets.map(({ title, leftText, forecast }) => [title, leftText, forecast])).toEqual([
      ['availability', '0%', 'exhausted'],
      ['latency', '80%', 'in 1.43 weeks'],
      ['quality', 'insufficient data', 'no forecast'],
    ]);
    expect(model).toMatchObject({ windows: ['1h', '6h', '3d'], spentCount: 1, beyondCount: 2, insufficientCount: 1, leftOutCount: 0 });
  });

  it('is beyond a bar above it, as the rules are, and knows no bar but that of the frame', () => {
    const burn = (rate: number, bars: ReadonlyArray<number | null>) =>
      errorBudgets(bound([['slo', 1, '1h', rate, 0]], bars)).budgets[0]?.burns[0];
    expect([burn(9.6, [9.5])?.beyond, burn(9.5, [9.5])?.beyond]).toEqual([true, false]);
    // An objective of 80 % burns at most five times as fast: its rules have no bar of 14.4.
    for (const bars of [[null], [], [0], [-1], [NaN], [Infinity]]) {
      expect(burn(99, bars)).toMatchObject({ bar: undefined, beyond: false });
    }
  });

  it('does not take a budget that nothing burns for one without a forecast', () => {
    const forecast = (seconds: number | null) => errorBudgets(bound([['slo', 1, '1h', 0, seconds]])).budgets[0]?.forecast;
    expect([forecast(Infinity), forecast(null)]).toEqual(['not at this rate', 'no forecast']);
  });

  it('keeps the budgets within a bound and counts the rest', () => {
    const many = Array.from({ length: SLOS_MAX + 3 }, (_, index): Row => [`s${index}`, 1, '1h', 0, null]);
    const { budgets, leftOutCount } = errorBudgets(bound(many));
    expect([budgets.length, leftOutCount]).toEqual([SLOS_MAX, 3]);
  });
});

describe('error budget: picture', () => {
  it('sums up and marks what burns beyond a bar by a sign', () => {
    showView(errorBudgetView, bound());
    expect(screen.getByRole('img')).toHaveAccessibleName(
      '3 error budgets, the least left first: 1 spent, 2 burning beyond a bar, 1 with insufficient data',
    );
    expect(screen.getAllByText(/^▲/)).toHaveLength(2);
    expect(screen.getAllByTestId('insufficient')).toHaveLength(1);
  });

  it('moves by keys from the least to the most, with every window beside it and a link below', async () => {
    showView(errorBudgetView, bound());
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(screen.getByRole('status')).toHaveTextContent('latency: budget left 80%, exhaustion in 1.43 weeks');
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('burn 1h14.5 of 14.4, beyond');
    expect(screen.getByRole('link', { name: 'Runbook' })).toHaveAttribute('href', '/runbook');
  });

  it('draws a bar where the frame has one', () => {
    showView(errorBudgetView, bound(ROWS, [1, null, 14.4, 6, null]));
    expect(screen.getAllByTestId('bar')).toHaveLength(3);
    expect(screen.getByText('bar of the window')).toBeInTheDocument();
  });

  it('writes a rate beside its bar and never under it, and the rate alone where there is no room for both', () => {
    const { unmount } = showView(errorBudgetView, bound(), { width: 1200, height: 300 });
    const [mark] = screen.getAllByTestId('bar');
    const left = /translate\((\d+)/.exec(mark!.parentElement!.getAttribute('transform')!);
    const text = mark!.parentElement!.parentElement!.querySelector('text')!;
    expect(text.textContent!.length * 7).toBeLessThanOrEqual(Number(left![1]));
    unmount();
    showView(errorBudgetView, bound(), { width: 450, height: 110 });
    expect(screen.queryAllByTestId('bar')).toHaveLength(0);
    expect(screen.getAllByText(/^▲/)).toHaveLength(2);
  });

  it('chooses the row under the pointer and none above the first', () => {
    showView(errorBudgetView, bound());
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 5, clientY: 40 });
    expect(screen.getByRole('status')).toHaveTextContent('availability: budget left 0%');
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 5, clientY: 2 });
    expect(screen.getByRole('status')).toHaveTextContent('3 error budgets');
  });

  it('draws as many budgets as have room, the budget alone where it is narrow, and counts the rest', () => {
    const many = Array.from({ length: 30 }, (_, index): Row => [`s${index}`, index / 30, '1h', 0, null]);
    showView(errorBudgetView, bound(many), { width: 150, height: 124 });
    expect(screen.getAllByTestId('budget')).toHaveLength(4);
    expect(screen.queryByText('s0')).not.toBeInTheDocument();
    expect(screen.getByRole('img')).toHaveAccessibleName(/26 not drawn/);
  });
});
