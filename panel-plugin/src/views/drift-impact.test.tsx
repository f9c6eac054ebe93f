import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { DataHoverEvent, EventBusSrv, FieldType } from '@grafana/data';
import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { bind } from '../bound-frame';
import { prepared } from '../prepared-frames';
import { showView } from '../testing/show-view';
import { driftImpactView } from './drift-impact';
import { driftImpact, NEEDS, POINTS_MAX } from './drift-impact-model';

function bound(rows: ReadonlyArray<readonly [string, number | null, number | null]>) {
  const number = (name: string, values: unknown[]) => ({ name, type: FieldType.number, values, config: { decimals: 1 } });
  const frame = {
    fields: [
      { name: 'feature', type: FieldType.string, values: rows.map(([feature]) => feature) },
      number(
        'drift',
        rows.map((row) => row[1]),
      ),
      number(
        'impact',
        rows.map((row) => row[2]),
      ),
      number(
        'critical',
        rows.map(() => 0.2),
      ),
    ],
  };
  const binding = bind(prepared([frame]), NEEDS);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

const ROWS = [
  ['age', 0.2, 0.5],
  ['income', 0.4, 0.5],
  ['city', null, 0.1],
] as const;

const show = (width = 600) => {
  return showView(driftImpactView, bound(ROWS), { width });
};

describe('drift x impact', () => {
  it('puts a name below another that it would lie over', () => {
    const near = [
      ['sched_duration', 0.01, 0.24],
      ['distance', 0.01, 0.235],
      ['temp', 3, 0.01],
    ] as const;
    showView(driftImpactView, bound(near), { width: 600, height: 300 });
    const shiftOf = (name: string) => screen.getByText(name).getAttribute('y');
    expect([shiftOf('sched_duration'), shiftOf('distance'), shiftOf('temp')]).toEqual(['0', '14', '0']);
  });

  it('puts the greatest product first, tells beyond from at the critical value, counts what was not measured', () => {
    const model = driftImpact(bound(ROWS));
    expect(model.points.map(({ feature, beyond }) => [feature, beyond])).toEqual([
      ['income', true],
      ['age', false],
    ]);
    expect(model).toMatchObject({ beyondCount: 1, undeterminedCount: 1, driftMax: 0.4, impactMax: 0.5 });
  });

  it('keeps the points within a bound and counts the rest', () => {
    const model = driftImpact(bound(Array.from({ length: POINTS_MAX + 2 }, (_, index) => [`f${index}`, index, 1])));
    expect(model.points).toHaveLength(POINTS_MAX);
    expect(model.points.at(-1)?.drift).toBe(2);
    expect(model.leftOutCount).toBe(2);
  });

  it('sums itself up and marks what is beyond by shape', () => {
    show();
    expect(screen.getByRole('img')).toHaveAccessibleName(
      '2 features, drift across and impact up; 1 beyond their critical value (diamonds); 1 not measured',
    );
    expect(screen.getAllByTestId('beyond')).toHaveLength(1);
    expect(screen.getByText('income')).toBeInTheDocument();
  });

  it('moves by arrow keys from the greatest to the least', async () => {
    show();
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('income: drift 0.4, beyond 0.2, impact 0.5');
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('age: drift 0.2, within 0.2, impact 0.5');
  });

  it('leaves names out where there is no room', () => {
    show(100);
    expect(screen.queryByText('income')).not.toBeInTheDocument();
  });

  it('has axes with units, a legend of its marks and details beside the chosen one', async () => {
    show();
    expect(screen.getByText('impact')).toBeInTheDocument();
    expect(screen.getAllByText('0.4').length).toBeGreaterThan(0);
    expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('within, or without onebeyond its critical value');
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('incomedrift0.4critical value0.2impact0.5');
  });

  it('shares the drift under the pointer and shows that of another panel', () => {
    const eventBus = new EventBusSrv();
    const heard: Array<number | null | undefined> = [];
    eventBus.getStream(DataHoverEvent).subscribe(({ payload }) => heard.push(payload.point.drift));
    showView(driftImpactView, bound(ROWS), { eventBus });
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 584, clientY: 5 });
    expect(heard).toEqual([0.4]);
    act(() => eventBus.publish(new DataHoverEvent({ point: { drift: 0.2 } })));
    expect(screen.getByTestId('crosshair')).toBeInTheDocument();
  });
});
