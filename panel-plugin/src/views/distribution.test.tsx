import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { bind } from '../bound-frame';
import { prepared } from '../prepared-frames';
import { distributionView } from './distribution';
import { BINS_MAX, distribution, NEEDS } from './distribution-model';

function bound(reference: number[], current: number[], contribution?: number[]) {
  const labels = reference.map((_, index) => `b${index}`);
  const frame = {
    fields: [
      { name: 'bin', type: FieldType.string, values: labels },
      { name: 'kind', type: FieldType.string, values: labels.map((_, index) => (index === 2 ? 'missing' : '')) },
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
  const { Component } = distributionView;
  return render(
    <Component
      bound={bound([500, 400, 100], [400, 400, 200])}
      options={{ view: 'distribution', distribution: { countMin } }}
      width={width}
      height={height}
    />,
  );
};

describe('distribution: frame to bins', () => {
  // python3 -c "from math import log; print([(c-r)*log(c/r) for r,c in ((.5,.4),(.4,.4),(.1,.2))])"
  // [0.022314355131420964, 0.0, 0.06931471805599453]
  it('computes what each bin adds to PSI where the source does not tell', () => {
    const model = distribution(bound([500, 400, 100], [400, 400, 200]), { countMin: 100 });
    expect(model.bins.map((bin) => bin.contribution)).toEqual(['0.022', '0.000', '0.069']);
    expect(model.insufficient).toBeUndefined();
  });

  it('takes the contribution of the source, by the options of its field', () => {
    const model = distribution(bound([500, 400, 100], [400, 400, 200], [0.1, 0.2, 0.3]), { countMin: 100 });
    expect(model.bins.map((bin) => bin.contribution)).toEqual(['0.10', '0.20', '0.30']);
  });

  it('calls a contribution unbounded where one side is empty, and nothing where both are', () => {
    const model = distribution(bound([100, 0, 0], [50, 50, 0]), { countMin: 1 });
    expect(model.bins.map((bin) => bin.contribution)).toEqual(['0.347', 'unbounded', '0.000']);
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
});

describe('distribution: picture', () => {
  it('sums itself up, shows the missing as a bin and the contribution below each', () => {
    show(100);
    expect(
      screen.getByRole('img', {
        name: '3 bins, dashed outline: reference (n=1000), filled: current (n=1000)',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('missing')).toBeInTheDocument();
    expect(screen.getByText('+0.069')).toBeInTheDocument();
  });

  it('says that there is too little to compare and writes no contribution', () => {
    show(5000);
    expect(screen.getByRole('status')).toHaveTextContent('too few to compare: 1000 in the reference, 5000 wanted');
    expect(screen.queryByText('+0.069')).not.toBeInTheDocument();
  });

  it('moves between bins by arrow keys and stops at the last', async () => {
    show(100);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('status')).toHaveTextContent('missing: reference 10.0%, current 20.0%, adds 0.069 to PSI');
  });

  it('leaves labels out where there is no room', () => {
    show(100, 60, 60);
    expect(screen.queryByText('missing')).not.toBeInTheDocument();
    expect(screen.getByRole('img')).toBeInTheDocument();
  });
});
