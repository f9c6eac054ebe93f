import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SEED, gameOf, goldenCases, type Game, type ShapleyCase } from './conformance.js';
import { seededRandom } from './index.js';

const GOLDEN = goldenCases<ShapleyCase>('exact-shapley');
const goldenNamed = (name: string) => GOLDEN.find((golden) => golden.name === name)!;

describe('what saves rounds', () => {
  const page = readFileSync(new URL('../../docs/explain/shapley-values.md', import.meta.url), 'utf8');
  const COLUMNS = ['boosted trees of eight features', 'a network of ten features'].map(goldenNamed);

  /** The mean absolute error of one round by the orders drawn: two for each background row. */
  function errorOf(golden: ShapleyCase, drawOrders: (draw: () => number[], backgroundRows: number) => number[][][]): number {
    const [game, random] = [gameOf(golden), seededRandom(SEED)];
    const features = golden.values.length;
    const draw = () => shuffled(features, random);
    const errors: number[] = [];
    for (let repetition = 0; repetition < 400; repetition++) {
      const values = new Array<number>(features).fill(0);
      const orders = drawOrders(draw, golden.background.length);
      orders.forEach((walks, row) => {
        for (const order of walks) credit(values, { game, order, row, weight: 1 / (2 * orders.length) });
      });
      values.forEach((value, i) => errors.push(Math.abs(value - golden.values[i]!)));
    }
    return meanOf(errors);
  }

  it.each([
    [
      'an order for each background row, with its reverse',
      (draw: () => number[], rows: number) => Array.from({ length: rows }, () => withReverse(draw())),
    ],
    [
      'two orders for each background row, neither the reverse of the other',
      (draw: () => number[], rows: number) => Array.from({ length: rows }, () => [draw(), draw()]),
    ],
    [
      'one order for all background rows, with its reverse',
      (draw: () => number[], rows: number) => new Array<number[][]>(rows).fill(withReverse(draw())),
    ],
  ])('%s: as the page says', (name, drawOrders) => {
    const errors = COLUMNS.map((golden) => errorOf(golden, drawOrders).toPrecision(2));
    expect(page).toContain(`\n| ${name} | ${errors.join(' | ')} |\n`);
  });

  it('against the mean magnitude of a value: as the page says', () => {
    const magnitudes = COLUMNS.map(({ values }) => meanOf(values.map(Math.abs)).toPrecision(2));
    expect(page).toContain(`\n| mean magnitude of a value | ${magnitudes.join(' | ')} |\n`);
  });
});

function shuffled(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function withReverse(order: number[]): number[][] {
  return [order, order.toReversed()];
}

interface Walk {
  readonly game: Game;
  readonly order: readonly number[];
  readonly row: number;
  readonly weight: number;
}

/** Adds to each feature the change of the output where it changes over. */
function credit(values: number[], { game, order, row, weight }: Walk): void {
  const coalition = values.map(() => 0);
  let before = game(coalition, row);
  for (const feature of order) {
    coalition[feature] = 1;
    const after = game(coalition, coalition.includes(0) ? row : 0);
    values[feature]! += (after - before) * weight;
    before = after;
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
