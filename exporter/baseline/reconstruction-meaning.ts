import type { Baseline, BaselineReconstruction } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { VALUE_DIGEST } from '../security/value-digest.js';
import type { Part } from '../config/sound-part.js';
import type { Report } from './baseline-meaning.js';

type Reconstruction = Part<BaselineReconstruction>;

/** Components are written with nine digits. */
const LENGTH_TOLERANCE = 1e-6;
/** Means and squares of sums that were rounded to nine digits. */
const SUM_TOLERANCE_RATIO = 1e-6;

/** Codings are those of the baseline's features, and components directions of them. */
export function checkReconstruction({ reconstruction, features }: Part<Baseline>, report: Report): void {
  if (reconstruction === undefined) return;
  checkCodings(reconstruction, features, report);
  checkComponents(reconstruction, report);
  checkErrors(reconstruction, report);
}

function checkCodings({ features: codings }: Reconstruction, features: Part<Baseline>['features'], report: Report): void {
  if (codings === undefined) return;
  if (features !== undefined && codings.length !== features.length) {
    report(['reconstruction', 'features'], `the baseline has ${features.length} features, got ${codings.length}`);
    return;
  }
  codings.forEach((coding, index) => {
    const at = ['reconstruction', 'features', index];
    const feature = features?.[index];
    if (coding?.name !== undefined && feature?.name !== undefined && coding.name !== feature.name)
      report([...at, 'name'], `the feature of the baseline in this place is ${quote(feature.name)}, got ${quote(coding.name)}`);
    else if (coding?.kind !== undefined && feature?.kind !== undefined && coding.kind !== feature.kind)
      report([...at, 'kind'], `the feature of the baseline is ${feature.kind}, got ${coding.kind}`);
    if (coding?.kind !== 'categorical') return;
    const { categories, shares } = coding;
    if (feature?.private !== undefined && categories?.some((category) => category !== undefined && !VALUE_DIGEST.test(category)))
      report([...at, 'categories'], 'the categories of a private feature are digests');
    if (categories !== undefined && shares !== undefined && categories.length !== shares.length)
      report([...at, 'shares'], `${categories.length} categories have as many shares, got ${shares.length}`);
  });
}

function checkComponents({ components, features }: Reconstruction, report: Report): void {
  if (components === undefined || features === undefined) return;
  if (components.length > features.length) {
    report(
      ['reconstruction', 'components'],
      `there are at most ${features.length} directions of as many features, got ${components.length}`,
    );
    return;
  }
  components.forEach((component, index) => {
    if (component === undefined) return;
    const at = ['reconstruction', 'components', index];
    if (component.length !== features.length) {
      report(at, `a direction of ${features.length} features has as many numbers, got ${component.length}`);
      return;
    }
    const sum = component.reduce<number>((squares, value) => squares + (value ?? NaN) ** 2, 0);
    if (!Number.isNaN(sum) && !(Math.abs(sum - 1) <= LENGTH_TOLERANCE))
      report(at, `a direction has the length 1, got ${Number(Math.sqrt(sum).toPrecision(6))}`);
    // What is left of a row once each direction is taken from it is an error only where no two directions share anything.
    const aslant = components.slice(0, index).findIndex((other) => Math.abs(dotProduct(component, other)) > LENGTH_TOLERANCE);
    if (aslant !== -1) report(at, `directions are at right angles to one another, this one is not to number ${aslant}`);
  });
}

/** NaN where one of the two is not all there: of that its own place tells. */
function dotProduct(a: Part<readonly number[]>, b: Part<readonly number[]> | undefined): number {
  return a.reduce<number>((sum, value, i) => sum + (value ?? NaN) * (b?.[i] ?? NaN), 0);
}

function checkErrors({ errors }: Reconstruction, report: Report): void {
  const { count, sum, squared, beyond } = errors ?? {};
  const at = ['reconstruction', 'errors'];
  if (count === 0) report([...at, 'count'], 'the errors are of rows: leave the reconstruction out where there are none');
  if (count === undefined) return;
  if (beyond !== undefined && beyond > count) report([...at, 'beyond'], `at most ${count} rows lie beyond, got ${beyond}`);
  // The mean of squares is at least the square of the mean.
  if (sum !== undefined && squared !== undefined && count > 0 && squared * (1 + SUM_TOLERANCE_RATIO) < sum ** 2 / count)
    report(
      [...at, 'squared'],
      `${count} errors that sum to ${sum} have squares of at least ${Number((sum ** 2 / count).toPrecision(9))}, got ${squared}`,
    );
}
