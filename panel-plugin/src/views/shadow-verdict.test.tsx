import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { bind } from '../bound-frame';
import { prepared } from '../prepared-frames';
import { showView } from '../testing/show-view';
import { shadowVerdictView } from './shadow-verdict';
import { NEEDS, OUTPUTS_MAX, shadowVerdict } from './shadow-verdict-model';

interface Given {
  readonly pairs: ReadonlyArray<readonly [string, string, number]>;
  readonly interval?: readonly [number, number, number];
}

function bound({ pairs, interval }: Given) {
  const first = (value: unknown) => pairs.map((_, index) => (index === 0 ? value : null));
  const number = (name: string, values: unknown[]) => ({
    name,
    type: FieldType.number,
    values,
    config: name === 'count' ? {} : { decimals: 2 },
  });
  const frame = {
    fields: [
      { name: 'champion', type: FieldType.string, values: pairs.map(([champion]) => champion) },
      { name: 'challenger', type: FieldType.string, values: pairs.map(([, challenger]) => challenger) },
      number(
        'count',
        pairs.map(([, , count]) => count),
      ),
      { name: 'verdict', type: FieldType.string, values: first('better') },
      ...(interval ? ['difference', 'lower', 'upper'].map((name, index) => number(name, first(interval[index]))) : []),
    ],
  };
  const binding = bind(prepared([frame]), NEEDS);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

const given: Given = {
  pairs: [
    ['pay', 'pay', 700],
    ['pay', 'review', 100],
    ['review', 'review', 200],
  ],
  interval: [0.02, 0.01, 0.03],
};

const show = (countMin: number, from = given) => {
  return showView(shadowVerdictView, bound(from), { options: { shadowVerdict: { countMin } } });
};

describe('shadow verdict: frame to matrix', () => {
  it('counts agreement and places pairs, champion in rows', () => {
    const model = shadowVerdict(bound(given));
    expect(model.outputs).toEqual(['pay', 'review']);
    expect(model.agreement).toBe(0.9);
    expect(model.cells.map(({ row, column, text }) => [row, column, text])).toEqual([
      [0, 0, '= 700'],
      [0, 1, '100'],
      [1, 1, '= 200'],
    ]);
  });

  it('adds up rows of the same pair', () => {
    const model = shadowVerdict(bound({ pairs: [['a', 'b', 1], ['a', 'b', 2]] })); // prettier-ignore
    expect(model.cells).toHaveLength(1);
    expect(model.cells[0]?.text).toBe('3');
  });

  it('tells when the interval includes no difference, and when there is none', () => {
    const difference = (interval?: readonly [number, number, number]) => shadowVerdict(bound({ pairs: given.pairs, interval })).difference;
    expect(difference([0.02, 0.01, 0.03])).toBe('0.02 [0.01 to 0.03]');
    expect(difference([0.02, -0.01, 0.05])).toBe('0.02 [-0.01 to 0.05], includes no difference');
    expect(difference()).toBeUndefined();
  });

  it('draws rare outputs together without changing the agreement', () => {
    const pairs = Array.from({ length: OUTPUTS_MAX + 10 }, (_, index) => [`o${index}`, `o${index}`, 100 - index] as const);
    const model = shadowVerdict(bound({ pairs }));
    expect(model.outputs).toHaveLength(OUTPUTS_MAX);
    expect(model.agreement).toBe(1);
    expect(model.cells.at(-1)?.description()).toMatch(/^champion other, challenger other: .* rare outputs, agreeing or not$/);
  });

  it('takes a class that is really named "other" as any class', () => {
    const few = shadowVerdict(bound({ pairs: [['pay', 'pay', 1], ['other', 'other', 2]] })); // prettier-ignore
    expect(few.cells[1]?.text).toBe('= 2');
    expect(few.cells[1]?.description()).toMatch(/, agree$/);
    const rare = Array.from({ length: OUTPUTS_MAX }, (_, index) => [`o${index}`, `o${index}`, 1] as const);
    const model = shadowVerdict(bound({ pairs: [['other', 'other', 100], ...rare] }));
    expect(new Set(model.outputs).size).toBe(OUTPUTS_MAX);
    expect(model.cells[0]).toMatchObject({ row: 0, column: 0, text: '= 100' });
    expect(model.cells[0]?.description()).toMatch(/, agree$/);
    expect(model.cells.at(-1)).toMatchObject({ row: OUTPUTS_MAX - 1, column: OUTPUTS_MAX - 1, text: '2' });
    expect(model.cells.at(-1)?.description()).toMatch(/^champion other \(rare outputs\), .* rare outputs, agreeing or not$/);
  });

  it('knows no agreement without pairs', () => {
    expect(shadowVerdict(bound({ pairs: [['a', 'a', 0]] })).agreement).toBeUndefined();
  });
});

describe('shadow verdict: picture', () => {
  it('tells verdict, agreement and interval in words and to a screen reader', () => {
    show(1000);
    const headline = 'Verdict: better; agreement 90.0% of 1000; difference 0.02 [0.01 to 0.03]';
    expect(screen.getByText(headline)).toBeInTheDocument();
    expect(screen.getByRole('img')).toHaveAccessibleName(`${headline}. Champion in rows, challenger in columns.`);
    expect(screen.queryAllByTestId('unsure')).toHaveLength(0);
  });

  it('withholds the verdict below the least count and marks every cell', () => {
    show(1001);
    expect(screen.getByText(/^Too few pairs for a verdict: 1000, 1001 wanted; .*\]$/)).toBeInTheDocument();
    expect(screen.queryByText(/better/)).not.toBeInTheDocument();
    expect(screen.getAllByTestId('unsure')).toHaveLength(3);
  });

  it('reads the cell chosen by arrow keys', async () => {
    show(1);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('champion pay, challenger review: 100 (10.0%), differ');
  });
});
