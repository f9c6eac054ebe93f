import { DataFrame, rangeUtil } from '@grafana/data';
import { betterFrom, worseFrom } from '../frames/bars';
import { frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import type { Recorded } from '../recorded-series';

const HOUR = 3600;

/**
 * The windows of burn rates, shortest first, each with the share of the budget that is worth an alert when it goes within so many hours: those of the Site
 * Reliability Workbook, table 5-8, as the core's BURN_WINDOWS has them. A short window has the bar of the long one that it goes with.
 */
const WINDOWS: Readonly<Record<string, { readonly share: number; readonly hours: number }>> = {
  '5m': { share: 0.02, hours: 1 },
  '30m': { share: 0.05, hours: 6 },
  '1h': { share: 0.02, hours: 1 },
  '2h': { share: 0.1, hours: 24 },
  '6h': { share: 0.05, hours: 6 },
  '1d': { share: 0.1, hours: 24 },
  '3d': { share: 0.1, hours: 72 },
};
export const SLO_WINDOWS = Object.keys(WINDOWS);

export interface SloSamples {
  readonly objective: readonly Recorded[];
  readonly budgetLeft: readonly Recorded[];
  readonly timeToExhaustion: readonly Recorded[];
  /** By window. */
  readonly burn: Readonly<Record<string, readonly Recorded[]>>;
}

interface Row {
  readonly objective: Recorded;
  readonly window: string;
  readonly burn: number | undefined;
  readonly budgetLeft: number | undefined;
  readonly timeToExhaustion: number | undefined;
}

/** A row an objective and window, the least budget first; fits the panel's view of error budgets. */
export function sloFrame(samples: SloSamples, refId: string): DataFrame {
  const [left, time] = [byObjective(samples.budgetLeft), byObjective(samples.timeToExhaustion)];
  const burns = SLO_WINDOWS.map((window) => ({ window, of: byObjective(samples.burn[window] ?? []) }));
  const slowest = burns.find(({ window }) => window === '6h')?.of;
  const rows = [...samples.objective]
    .sort((a, b) => (left.get(keyOf(a)) ?? Infinity) - (left.get(keyOf(b)) ?? Infinity))
    .flatMap((objective) => {
      const key = keyOf(objective);
      // Where nothing burns there is no time to record, and it is not unknown.
      const never = slowest?.get(key) === 0 && (left.get(key) ?? 0) > 0 ? Infinity : undefined;
      return burns.map(({ window, of }): Row => {
        return { objective, window, burn: of.get(key), budgetLeft: left.get(key), timeToExhaustion: time.get(key) ?? never };
      });
    });
  return frameOf<Row>({
    refId,
    name: 'error budgets',
    rows,
    columns: [
      text('slo', 'Name of the objective.', ({ objective }) => objective.labels.slo),
      text('model', 'Name of the model.', ({ objective }) => objective.labels.model, { links: [DEBUG_BOARD] }),
      number('objective', 'Share of good events that is promised.', ({ objective }) => objective.value, SHARE),
      text('period', 'For which the error budget is.', ({ objective }) => objective.labels.period),
      text('evidence', 'What quality rests on; empty of other indicators.', ({ objective }) => objective.labels.evidence),
      number('budgetLeft', 'Share of the error budget that is left over all replicas; negative where overspent.', (row) => row.budgetLeft, {
        unit: 'percentunit',
        max: 1,
        displayName: 'budget left',
        thresholds: betterFrom([0, 'orange'], [0.25, 'green']),
      }),
      text('window', 'The window of the burn rate.', ({ window }) => window),
      number(
        'burn',
        'How many times as fast the budget goes as one that lasts the period; the version that burns fastest.',
        ({ burn }) => burn,
        {
          unit: 'none',
          decimals: 2,
          min: 0,
          thresholds: worseFrom([1, 'orange']),
        },
      ),
      number('bar', 'Burn rate above which this window alerts; empty where the objective is too low for one.', barOf, {
        unit: 'none',
        decimals: 1,
        min: 0,
      }),
      number(
        'timeToExhaustion',
        'Until nothing is left, burning as in the last six hours; infinite where nothing burns.',
        (row) => row.timeToExhaustion,
        {
          unit: 's',
          min: 0,
          displayName: 'time to exhaustion',
          thresholds: betterFrom([24 * HOUR, 'orange'], [7 * 24 * HOUR, 'green']),
        },
      ),
    ],
    notices:
      rows.length > 0
        ? []
        : [
            {
              severity: 'info',
              text: 'Prometheus has no objective: set `slo` of a model, write the rules anew with `modelwatch rules`, and have Prometheus load them.',
            },
          ],
  });
}

/**
 * Share of the budget x period / window, and never below 1: as the rules have it. None where no error ratio reaches it: a budget of 20 % cannot burn
 * 14.4 times as fast, and the rules leave such a bar out.
 */
function barOf({ window, objective }: Row): number | undefined {
  const { period } = objective.labels;
  if (period === undefined || !rangeUtil.isValidTimeSpan(period)) {
    return undefined;
  }
  const { share, hours } = WINDOWS[window]!;
  const bar = Math.max(1, (share * rangeUtil.intervalToSeconds(period)) / (hours * HOUR));
  // 0.02 x 720 is 14.4 but for the last bit.
  return Number(bar.toPrecision(12)) < 1 / (1 - objective.value) ? bar : undefined;
}

/** A model's objective of one name may rest on one evidence alone. */
const keyOf = ({ labels }: Recorded): string => JSON.stringify([labels.model, labels.slo]);
const byObjective = (samples: readonly Recorded[]) => new Map(samples.map((sample) => [keyOf(sample), sample.value]));
