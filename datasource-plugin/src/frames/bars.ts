import { ThresholdsConfig, ThresholdsMode } from '@grafana/data';

type Step = readonly [number, string];

/** Good below the first bar, and worse with each that is reached. */
export function worseFrom(...steps: readonly Step[]): ThresholdsConfig {
  return absolute([[-Infinity, 'green'], ...steps]);
}

/** Bad below the first bar, and better with each that is reached. */
export function betterFrom(...steps: readonly Step[]): ThresholdsConfig {
  return absolute([[-Infinity, 'red'], ...steps]);
}

/** Bad below the bar, good from it on. */
export function goodFrom(bar: number): ThresholdsConfig {
  return absolute([
    [-Infinity, 'red'],
    [bar, 'green'],
  ]);
}

function absolute(steps: readonly Step[]): ThresholdsConfig {
  return { mode: ThresholdsMode.Absolute, steps: steps.map(([value, color]) => ({ value, color })) };
}
