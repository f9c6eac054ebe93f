import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { bind } from '../bound-frame';
import { prepared } from '../prepared-frames';
import { showView } from '../testing/show-view';
import { distributionView } from './distribution';
import { BINS_MAX, distribution, NEEDS } from './distribution-model';

function bound(reference: number[], current: number[], contribution?: number[], kinds = ['', '', 'missing']) {
  const labels = reference.map((_, index) => `b${index}`);
  const frame = {
    fields: [
      { name: 'bin', type: FieldType.string, values: labels },
      { name: 'kind', type: FieldType.string, values: labels.map((_, index) => kinds[index] ?? '') },
      { name: 'reference', type: FieldType.number, values: reference },
      { name: 'current', type: FieldType.number, values: current },
      ...(contribution ? [{ name: 'contribution', type: FieldType.number, values: contribution, config: { decimals: 2 } }] : []),
    ],
  };
  const binding = bind(prepared([frame]), NEEDS);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

const show = (countMin: number, width = 600, height = 300) => {
  return showView(distributionView, bound([500, 400, 100], [400, 400, 200]), { options: { distribution: { countMin } }, width, height });
};

describe('distribution: frame to bins', () => {
  // python3 -c "from math import log; print([(q-p)*log(q/p) for p,q in ((5/9,4/8),(4/9,4/8))])"
  // [0.005853361980990359, 0.006543501980910195]
  it('computes what each bin adds to PSI where the source does not tell, and keeps the missing out of it', () => {
    const model = distribution(bound([500, 400, 100], [400, 400, 200]), { countMin: 100 });
    expect(model.bins.map((bin) => bin.contribution)).toEqual(['0.006', '0.007', undefined]);
    expect(model).toMatchObject({ referenceCount: 900, currentCount: 800 });
    expect(model.bins[2]).toMatchObject({ referenceShare: 0.1, currentShare: 0.2 });
    expect(model.insufficient).toBeUndefined();
  });

  it('takes the contribution of the source, by the options of its field, but none for the missing', () => {
    const model = distribution(bound([500, 400, 100], [400, 400, 200], [0.1, 0.2, 0.3]), { countMin: 100 });
    expect(model.bins.map((bin) => bin.contribution)).toEqual(['0.10', '0.20', undefined]);
  });

  // python3 -c "from math import log; print([(q-p)*log(q/p) for p,q in ((1,.5),(1e-4,.5),(.5,1e-4),(1e-4,1e-4))])"
  // [0.34657359027997264, 4.257744876388977, 4.257744876388977, 0.0]
  it('counts an empty share as 1e-4 on either side', () => {
    const contributions = (reference: number[], current: number[]) =>
      distribution(bound(reference, current), { countMin: 1 }).bins.map((bin) => bin.contribution);
    expect(contributions([100, 0, 7, 0], [50, 50, 0, 0])).toEqual(['0.347', '4.258', undefined, '0.000']);
    expect(contributions([50, 50], [100, 0])).toEqual(['0.347', '4.258']);
  });

  it('keeps the unseen in PSI and in its totals', () => {
    const model = distribution(bound([100, 0], [50, 50], undefined, ['', 'unseen']), { countMin: 1 });
    expect(model.currentCount).toBe(100);
    expect(model.bins[1]).toMatchObject({ label: 'unseen', special: true, currentShare: 0.5, contribution: '4.258' });
  });

  it('names the side with too few and survives no counts at all', () => {
    expect(distribution(bound([99], [100]), { countMin: 100 }).insufficient).toBe('too few to compare: 99 in the reference, 100 wanted');
    expect(distribution(bound([100], [0]), { countMin: 100 })).toMatchObject({
      insufficient: 'too few to compare: 0 in the current, 100 wanted',
      bins: [{ currentShare: 0 }],
    });
  });

  it('keeps the bins within a bound and counts the rest', () => {
    const ones = Array.from({ length: BINS_MAX + 5 }, () => 1);
    const model = distribution(bound(ones, ones), { countMin: 1 });
    expect(model.bins).toHaveLength(BINS_MAX);
    expect(model.leftOutCount).toBe(5);
  });

  it('leaves out ordinary bins before the missing and the unseen, which come last', () => {
    const ones = Array.from({ length: BINS_MAX + 5 }, () => 1);
    const kinds = ones.map((_, index) => ({ [BINS_MAX + 3]: 'missing', [BINS_MAX + 4]: 'unseen' })[index] ?? '');
    const model = distribution(bound(ones, ones, undefined, kinds), { countMin: 1 });
    expect(model.bins).toHaveLength(BINS_MAX);
    expect(model.bins.slice(-3).map(({ label }) => label)).toEqual([`b${BINS_MAX - 3}`, 'missing', 'unseen']);
    expect(model.leftOutCount).toBe(5);
  });
});

describe('distribution: picture', () => {
  it('labels every bin where names are short, and as many as have room where they are long; the missing always', () => {
    const many = Array.from({ length: 19 }, () => 100);
    const kinds = [...many.slice(1).map(() => ''), 'missing'];
    const labelled = (label: (index: number) => string) => {
      const shown = bound(many, many, undefined, kinds);
      const bins = { ...shown.fields.get('bin')!, values: many.map((_, index) => label(index)) };
      const { unmount } = showView(
        distributionView,
        { ...shown, fields: new Map([...shown.fields, ['bin', bins]]) },
        { width: 780, height: 260 },
      );
      const texts = screen
        .getAllByTestId('bin')
        .flatMap((bin) => [...bin.querySelectorAll('text')].slice(0, 1).map((text) => text.textContent));
      unmount();
      return texts;
    };
    expect(labelled((index) => (index === 18 ? 'missing' : `c${index % 10}`))).toEqual([
      ...many.slice(1).map((_, index) => `c${index % 10}`),
      'missi…',
    ]);
    const long = labelled((index) => (index === 18 ? 'missing' : `from ${100 + index} to`));
    expect(long).toEqual([
      'from 100 to',
      'from 102 to',
      'from 104 to',
      'from 106 to',
      'from 108 to',
      'from 110 to',
      'from 112 to',
      'from 114 to',
      'from 116 to',
      'missi…',
    ]);
  });

  it('sums itself up, shows the missing as a bin and the contribution below each', () => {
    show(100);
    expect(
      screen.getByRole('img', {
        name: '3 bins, dashed outline: reference (n=900), filled: current (n=800)',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('missing')).toBeInTheDocument();
    expect(screen.getAllByText(/^\+/)).toHaveLength(2);
    expect(screen.getByText('+0.007')).toBeInTheDocument();
  });

  it('says that there is too little to compare and writes no contribution', () => {
    show(5000);
    expect(screen.getByRole('status')).toHaveTextContent('too few to compare: 900 in the reference, 5000 wanted');
    expect(screen.queryByText('+0.007')).not.toBeInTheDocument();
  });

  it('moves between bins by arrow keys and stops at the last', async () => {
    show(100);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('share missing: reference 10.0%, current 20.0%; no part of PSI');
  });

  it('leaves labels out where there is no room', () => {
    show(100, 60, 60);
    expect(screen.queryByText('missing')).not.toBeInTheDocument();
    expect(screen.getByRole('img')).toBeInTheDocument();
  });

  it('has an axis of shares, a legend of the two sides, and details beside the bin under the pointer', () => {
    show(100);
    expect(screen.getByText('40%')).toBeInTheDocument();
    expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('currentreference');
    fireEvent.mouseMove(screen.getByRole('img'), { clientX: 100, clientY: 50 });
    expect(screen.getByTestId('mark-tooltip')).toHaveTextContent('b0reference55.6% (500)current50.0% (400)adds to PSI0.006');
  });
});
