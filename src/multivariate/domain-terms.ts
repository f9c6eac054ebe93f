import type { DomainColumn } from './domain-columns.js';
import { spreadOf } from './feature.js';

/** What the classifier sums over, learned from training rows and made of any rows. */
export interface DomainTerms {
  /** `distance`, `|distance|`, `distance^2`, `|distance| x hour`. */
  readonly names: readonly string[];
  /** Of rows by their number: a column for each term, of mean 0 and standard deviation 1 over the training rows. */
  columnsOf(rows: Int32Array): Float64Array[];
}

/** Numbers are kept within so many standard deviations, so that one outlier does not rule a fit. */
const DEVIATIONS_MAX = 5;
/** Products among the terms. */
export const DOMAIN_PRODUCTS = 10;

/** A way to make a column from rows. */
interface Term {
  readonly name: string;
  of(rows: Int32Array): Float64Array;
}

/**
 * The terms of each column, standardised: itself; of a number its magnitude and its square besides; and the 10 products of two columns or magnitudes
 * whose mean differs most between the classes. Terms that are constant over the training rows are left out.
 *
 * Magnitudes and squares are taken of the standardised number. Learned from the training rows alone, so that the others stay unseen.
 * Cost: training rows x (columns and magnitudes)^2 / 2.
 */
export function learnTerms(columns: readonly DomainColumn[], classes: Uint8Array, training: Int32Array): DomainTerms {
  const factors: { readonly column: number; readonly term: Term }[] = [];
  const squares: Term[] = [];
  columns.forEach(({ name, kind, values }, column) => {
    const number = standardised({ name, of: (rows) => drawn(values, rows) }, training, DEVIATIONS_MAX);
    if (number === undefined) return;
    factors.push({ column, term: number });
    if (kind === 'indicator') return;
    const magnitude = standardised({ name: `|${name}|`, of: (rows) => number.of(rows).map(Math.abs) }, training);
    if (magnitude !== undefined) factors.push({ column, term: magnitude });
    const square = standardised({ name: `${name}^2`, of: (rows) => number.of(rows).map((value) => value * value) }, training);
    if (square !== undefined) squares.push(square);
  });
  const products = pairsApart(factors, classes, training).flatMap(([a, b]) => {
    const name = `${a.name} x ${b.name}`;
    return standardised({ name, of: (rows) => multiplied(a.of(rows), b.of(rows)) }, training) ?? [];
  });
  const terms = [...factors.map(({ term }) => term), ...squares, ...products];
  return { names: terms.map(({ name }) => name), columnsOf: (rows) => terms.map((term) => term.of(rows)) };
}

/** A term less its mean, over its standard deviation, as the training rows have them, kept within a range; undefined where it is constant. */
function standardised({ name, of }: Term, training: Int32Array, within = Infinity): Term | undefined {
  const { mean, deviation } = spreadOf(of(training));
  if (deviation === 0) return undefined;
  return {
    name,
    of(rows) {
      const made = of(rows);
      for (let at = 0; at < made.length; at++) {
        const value = (made[at]! - mean) / deviation;
        made[at] = value > within ? within : value < -within ? -within : value;
      }
      return made;
    },
  };
}

/** The pairs of factors whose mean product differs most between the classes, those of one column with itself left out. */
function pairsApart(
  factors: readonly { readonly column: number; readonly term: Term }[],
  classes: Uint8Array,
  training: Int32Array,
): (readonly [Term, Term])[] {
  const ones = training.reduce((sum, row) => sum + classes[row]!, 0);
  const weights = Float64Array.from(training, (row) => (classes[row] === 1 ? 1 / ones : -1 / (training.length - ones)));
  const values = factors.map(({ term }) => term.of(training));
  const weighted = values.map((column) => multiplied(column, weights));
  const pairs = factors.flatMap((a, i) =>
    factors.slice(0, i).flatMap((b, j) => {
      if (a.column === b.column) return [];
      const [x, y] = [weighted[i]!, values[j]!];
      let apart = 0;
      for (let row = 0; row < x.length; row++) apart += x[row]! * y[row]!;
      return [{ apart: Math.abs(apart), pair: [b.term, a.term] as const }];
    }),
  );
  return pairs
    .sort((a, b) => b.apart - a.apart)
    .slice(0, DOMAIN_PRODUCTS)
    .map(({ pair }) => pair);
}

function drawn(values: Float64Array, rows: Int32Array): Float64Array {
  const made = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) made[at] = values[rows[at]!]!;
  return made;
}

function multiplied(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(a.length);
  for (let at = 0; at < a.length; at++) product[at] = a[at]! * b[at]!;
  return product;
}
