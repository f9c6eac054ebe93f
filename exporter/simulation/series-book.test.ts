import { describe, expect, it } from '@jest/globals';
import { promtoolValues, SeriesBook } from './series-book.js';

describe("promtool's notation", () => {
  it.each([
    ['a counter', [0, 3, 3, 3, 8], '0 3x2 8'],
    ['a constant', [1, 1, 1], '1x2'],
    ['a series that begins later', [NaN, NaN, 2, 4], '_x2 2 4'],
    ['a series that ends', [2, 4, NaN], '2 4 stale'],
    ['a series that ends long before the others, and comes back', [2, NaN, NaN, NaN, 0], '2 stale _x2 0'],
  ])('of %s', (_name, samples, text) => {
    expect(promtoolValues(samples)).toBe(text);
  });
});

describe('the series of a replica', () => {
  const target = { job: 'modelwatch', instance: 'm-0:8080' };
  const of = { model: 'm', version: '1', role: 'champion' };

  it('are those of the table, with its labels', () => {
    const book = new SeriesBook(3, target);
    expect(() => book.counter('modelwatch_predictons_total', of)).toThrow('modelwatch_predictons_total is not in the table');
    expect(() => book.counter('modelwatch_predictions_total', { model: 'm' })).toThrow('modelwatch_predictions_total has the labels');
    expect(() => book.histogram('modelwatch_predictions_total', of)).toThrow('no histogram');
  });

  it('begin anew with the process, but for what the store keeps and for gauges', () => {
    const book = new SeriesBook(2, target);
    const [counter, kept] = [
      book.counter('modelwatch_predictions_total', of),
      book.counter('modelwatch_ground_truth_joined_total', of, { durable: true }),
    ];
    const gauge = book.gauge('modelwatch_golden_rows', of, 100);
    counter.add(5);
    kept.add(4);
    book.sample(0);
    book.restart();
    book.sample(1);
    expect([counter, kept, gauge].map(({ samples }) => [...samples])).toEqual([
      [5, 0],
      [4, 4],
      [100, 100],
    ]);
  });
});
