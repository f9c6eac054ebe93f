import '@testing-library/jest-dom/jest-globals';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DistributionsAnswer } from '@modelwatch/core';
import { screen } from '@testing-library/react';
import { of } from 'rxjs';
import { asked } from '../testing/asked';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { editQuery, installLayout } from '../testing/editors';
import { installRecordedExporter, recorded } from '../testing/recorded-exporter';
import { distributionFrames } from './distribution-frames';

const ROUTE = '/v1/models/flights-late/distributions';

describe('the frames of a distribution', () => {
  it('has bins of numbers, the missing by themselves, and what each adds to PSI', () => {
    const [bins] = distributionFrames(recorded<DistributionsAnswer>('distributions.json'), 'A');
    const { bin, kind, current, reference, contribution, currentShare } = columnsOf(bins!);
    expect([bin![0], bin![1], bin![9], bin![10]]).toEqual(['up to 28.2', '28.2 to 31.4', 'above 48.1', 'missing']);
    expect(kind).toEqual([...Array(10).fill(null), 'missing']);
    expect([current!.slice(8), reference!.slice(0, 2), currentShare![9]]).toEqual([[0, 1000, 0], [1385, 1144], 1]);
    expect(contribution![10]).toBeNull();
    expect(contribution!.slice(0, 10).reduce((sum: number, one) => sum + Number(one), 0)).toBeCloseTo(8.346, 3);
    expect([bins!.name, bins!.meta?.notices?.[0]?.text]).toEqual([
      expect.stringMatching(/^temp, version 1: PSI 8\.346, critical 0\.030, 1000 against 11990$/),
      expect.stringContaining('against the baseline'),
    ]);
  });

  it('has statistics with critical value, bar, counts and verdict', () => {
    const [, statistics] = distributionFrames(recorded<DistributionsAnswer>('distributions.json'), 'A');
    const { statistic, reading, critical, bar, count, verdict } = columnsOf(statistics!);
    expect(statistic).toEqual(['psi', 'jensen-shannon', 'missing-ratio', 'kolmogorov-smirnov-binned']);
    expect([reading![0], critical![0], bar, count![0]]).toEqual([
      expect.closeTo(8.346, 3),
      expect.closeTo(0.0302, 4),
      [0.2, null, null, null],
      1000,
    ]);
    expect(verdict).toEqual(['drift', null, null, null]);
    expect(fieldOf(statistics!, 'count').config.thresholds?.steps[1]?.value).toBe(200);
  });

  it('has categories against another window, the unseen by themselves', () => {
    const [bins, statistics] = distributionFrames(recorded<DistributionsAnswer>('distributions-of-windows.json'), 'A');
    const { bin, kind } = columnsOf(bins!);
    expect([bin!.slice(0, 2), bin!.slice(-3), kind!.slice(-3)]).toEqual([
      ['UA', 'B6'],
      ['other', 'unseen', 'missing'],
      [null, 'unseen', 'missing'],
    ]);
    expect(bins!.meta?.notices?.[0]?.text).toContain('against version 1, 2026-12-01 10:00:00');
    expect(columnsOf(statistics!)['verdict']![0]).toBe('quiet');
  });

  it('has the baseline alone where nothing was counted', () => {
    const frames = distributionFrames(recorded<DistributionsAnswer>('distributions-without-traffic.json'), 'A');
    expect([frames.length, columnsOf(frames[0]!)['reference']![0], columnsOf(frames[0]!)['contribution']![0]]).toEqual([1, 1385, null]);
    expect(frames[0]!.meta?.notices?.[0]?.text).toContain('the baseline alone is shown');
  });
});

describe('the query of a distribution', () => {
  const paramsOf = async (query: Parameters<typeof asked>[1]) => {
    let params: unknown;
    await asked(
      'distribution',
      { model: 'flights-late', ...query },
      {},
      {
        [ROUTE]: (request) => {
          params = request.params;
          return of({ data: recorded('distributions.json') });
        },
      },
    );
    return params;
  };
  const time = { from: 1796083200, to: 1796126400 };

  it('is of the time range, against the baseline, the time before, or another', async () => {
    expect(await paramsOf({ feature: 'temp' })).toEqual({ feature: 'temp', ...time });
    expect(await paramsOf({ comparedWith: 'before' })).toEqual({ ...time, referenceFrom: 1796040000, referenceTo: time.from });
    const dates = { referenceFrom: '2026-11-24 00:00:00', referenceTo: '2026-11-25 00:00:00' };
    expect(await paramsOf({ comparedWith: 'window', ...dates })).toEqual({ ...time, referenceFrom: 1795478400, referenceTo: 1795564800 });
  });

  it.each([{}, { referenceFrom: 'last Tuesday', referenceTo: 'now' }])('says what another time lacks: %j', async (query) => {
    await expect(async () => asked('distribution', { model: 'flights-late', comparedWith: 'window', ...query })).rejects.toThrow(
      'needs its from',
    );
  });
});

describe('the editor of a distribution', () => {
  beforeAll(installLayout);

  it('asks for another time where one is compared with', async () => {
    installRecordedExporter();
    const edited = editQuery({ refId: 'A', queryType: 'distribution', model: 'flights-late' });
    await edited.choose('Feature', 'temp');
    expect(screen.queryByLabelText('From')).toBeNull();
    await edited.choose('Compared with', /Another time/);
    await edited.choose('From', 'now-7d');
    await edited.choose('To', 'now-1d');
    expect(edited.query()).toMatchObject({ feature: 'temp', comparedWith: 'window', referenceFrom: 'now-7d', referenceTo: 'now-1d' });
  });
});
