import { durationSeconds } from '../../contracts/index.js';
import type { AlertFamily } from '../alerts/index.js';
import type { RulesConfig } from '../generate-rules.js';
import { parenthesised } from '../promql.js';
import { SERVING_WINDOWS } from '../recordings/recording-family.js';
import { shareAmongModels, type Select } from '../selector.js';
import { CHOSEN_VERSIONS } from './query.js';

/** What of a configuration a board is made from: the windows that are recorded, the bars that alerts have, where runbooks are. */
export interface BoardFacts {
  /** Bars of the models; where they differ the strictest, which is the first that fires. */
  readonly bars: {
    readonly availabilityRatioMin: number;
    readonly latencySecondsMax: number;
    readonly driftPsiMin: number;
    readonly missingRatioMax: number;
    readonly attributionNdcgMin: number;
    readonly baselineAgeSecondsMax: number;
    readonly groundTruthAgeSecondsMax: number;
    readonly schemaErrorRatioMax: number;
    readonly parityMismatchRatioMax: number;
    readonly qualitySkewMax: number;
    readonly queueFillRatioMax: number;
  };
  /** Short and long windows of traffic and latency, the same for all models. */
  readonly serving: { readonly short: string; readonly long: string };
  /** Unit of costs: the currency of the models, where they have one and the same; Grafana then writes it before the number. */
  readonly money: string;
  /** The recorded series by each model's short, long or rollout window: one expression, whichever windows the models have. */
  readonly over: (window: 'short' | 'long' | 'rollout', write: (window: string) => string) => string;
  /** What an alert fires on, of the models and versions that the reader chose, each model by its own bars. */
  readonly firesOn: (alert: AlertFamily) => string;
  /** Address of the runbook of an alert. */
  readonly runbook: (alert: AlertFamily['name']) => string;
}

/** The facts of a configuration. */
export function boardFacts({ rules, models }: RulesConfig): BoardFacts {
  const bars = models.map(({ alerts }) => alerts);
  const least = (of: (bar: (typeof bars)[number]) => number) => Math.min(...bars.map(of));
  const greatest = (of: (bar: (typeof bars)[number]) => number) => Math.max(...bars.map(of));
  const windows = {
    // Of a model that has several of them, the one that is its own comes first: a model's short window is its least, its long one its greatest.
    short: distinct(bars.map(({ driftWindows }) => driftWindows[0]!)).toSorted(byLength),
    long: distinct(bars.map(({ driftWindows }) => driftWindows.at(-1)!)).toSorted((a, b) => byLength(b, a)),
    rollout: distinct(models.map(({ rollout }) => rollout.window)).toSorted(byLength),
  };
  const currencies = distinct(models.flatMap(({ cost }) => cost?.currency ?? []));
  return {
    bars: {
      availabilityRatioMin: greatest((bar) => bar.availabilityRatioMin),
      latencySecondsMax: least((bar) => bar.latencySecondsMax),
      driftPsiMin: least((bar) => bar.driftPsiMin),
      missingRatioMax: least((bar) => bar.missingRatioMax),
      attributionNdcgMin: greatest((bar) => bar.attributionNdcgMin),
      baselineAgeSecondsMax: least((bar) => durationSeconds(bar.baselineAgeMax)),
      groundTruthAgeSecondsMax: least((bar) => durationSeconds(bar.groundTruthAgeMax)),
      schemaErrorRatioMax: least((bar) => bar.schemaErrorRatioMax),
      parityMismatchRatioMax: least((bar) => bar.parityMismatchRatioMax),
      qualitySkewMax: least((bar) => bar.qualitySkewMax),
      queueFillRatioMax: least((bar) => bar.queueFillRatioMax),
    },
    serving: { short: SERVING_WINDOWS[0], long: SERVING_WINDOWS[1] },
    money: currencies.length === 1 ? `currency:${currencies[0]!} ` : 'short',
    over: (window, write) => {
      const written = windows[window].map(write);
      return written.length === 1 ? written[0]! : `(${written.join(' or ')})`;
    },
    firesOn: ({ text }) => {
      const written = shareAmongModels(models, (model, select) => {
        const chosen: Select = (metric, ...matchers) => select(metric, ...CHOSEN_VERSIONS, ...matchers);
        return [text({ bars: model.alerts, model, select: chosen }).expr];
      }).map((shared) => parenthesised(shared.written));
      return written.join('\nor\n');
    },
    runbook: (alert) => `${rules.runbookUrl.replace(/\/+$/, '')}/${alert}.md`,
  };
}

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
const byLength = (a: string, b: string): number => durationSeconds(a) - durationSeconds(b);
