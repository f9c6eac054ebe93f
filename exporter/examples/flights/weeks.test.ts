import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { exactAuc } from '@modelwatch/core';
import { mondayOf, qualityByWeek, summer, type Week } from './quality-by-week.js';
import { FLIGHTS, readRows, scoreRows } from './scored-rows.js';
import { weeksPage } from './weeks-page.js';
import { weeksPicture } from './weeks-picture.js';

const committed = (file: string) => readFile(path.join(FLIGHTS, '..', '..', '..', 'docs', file), 'utf8');
const NUMBER = /\d+(?:\.\d+)?/g;

/** The same text, its numbers no further apart than their last digit: processors round the sums of a model differently. */
function expectSame(made: string, kept: string): void {
  expect(made.replace(NUMBER, '#')).toBe(kept.replace(NUMBER, '#'));
  const [a, b] = [made, kept].map((text) => text.match(NUMBER)!);
  const apart = b!.filter((written, i) => {
    const digits = written.split('.')[1]?.length ?? 0;
    return Math.abs(Number(a![i]) - Number(written)) > 1.5 * 10 ** -digits;
  });
  expect(apart).toEqual([]);
}

describe('quality by week', () => {
  let weeks: readonly Week[];
  beforeAll(async () => {
    weeks = await qualityByWeek();
  });

  it('is the committed page and picture', async () => {
    expectSame(weeksPage(weeks, await summer()), await committed('flights-by-week.md'));
    expectSame(weeksPicture(weeks), await committed('flights-by-week.svg'));
  });

  it('counts every live flight in the week that it left in', async () => {
    const rows = await readRows('live.csv');
    expect(weeks.reduce((sum, { flights }) => sum + flights, 0)).toBe(rows.length);
    for (const { monday } of weeks) expect(new Date(`${monday}T00:00:00Z`).getUTCDay()).toBe(1);
    expect(['2013-04-01T00:00:00Z', '2013-04-07T23:59:59Z', '2013-04-08T00:00:00Z'].map(mondayOf)).toEqual([
      '2013-04-01',
      '2013-04-01',
      '2013-04-08',
    ]);
  });

  it('realises the AUC of the scores themselves, but for pairs within a bin', async () => {
    const rows = (await readRows('live.csv')).filter(({ time }) => mondayOf(time!) === '2013-07-08');
    const features = (JSON.parse(await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as { features: Parameters<typeof scoreRows>[1] }).features;
    const exact = exactAuc(
      await scoreRows('champion', features, rows),
      rows.map(({ late }) => Number(late)),
    );
    const binned = weeks.find(({ monday }) => monday === '2013-07-08')!.realised.auc;
    if (exact.kind !== 'measured' || binned.kind !== 'measured') throw new Error('a value was expected');
    expect(Math.abs(exact.value - binned.value)).toBeLessThan(0.005);
  });
});
