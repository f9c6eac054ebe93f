import type { DriftAnswer } from '@modelwatch/core';
import { map, Observable } from 'rxjs';
import { quoted, Recorded, recordedSeries } from '../recorded-series';
import type { FeatureDrift } from './drift-frame';
import { OUTPUT } from './distribution-frames';
import type { QueryContext } from './query-kind';

/** The short one of `alerts.driftWindows` unless the configuration says otherwise. */
export const WINDOW_DEFAULT = '1h';

interface Asked {
  readonly uid: string;
  readonly model: string;
  readonly version?: string | undefined;
  readonly window?: string | undefined;
}

/** What is recorded of features (`model_version_feature`) and of the output (`model_version_role`), by what it is called here. */
const RECORDED = {
  psi: 'psi',
  critical: 'psi_critical',
  jensenShannon: 'js_distance',
  kolmogorovSmirnov: 'ks',
  count: 'values',
  referenceCount: 'reference_values',
} as const;
type Reading = keyof typeof RECORDED | 'share' | 'impact';

/** Those that are told apart by reference; the others hold for every one. */
const BY_REFERENCE: ReadonlySet<string> = new Set(['psi', 'critical', 'jensenShannon', 'kolmogorovSmirnov', 'referenceCount', 'impact']);

/**
 * Drift as the recording rules compute it: counters summed over replicas, then scored. It is the truth of a fleet, of which a sidecar's own readings are
 * a part. Empty where nothing is recorded.
 */
export function recordedDrift(
  { uid, model, version, window = WINDOW_DEFAULT }: Asked,
  answer: DriftAnswer,
  context: Pick<QueryContext, 'range' | 'requestId'>,
): Observable<FeatureDrift[]> {
  const labels = [`model=${quoted(model)}`, ...(version === undefined ? [] : [`version=${quoted(version)}`])];
  const select = (metric: string, reading: string) => {
    const matchers = BY_REFERENCE.has(reading) ? [...labels, 'reference="baseline"'] : labels;
    return `${metric}:${window}{${matchers.join(', ')}}`;
  };
  const expressions = Object.fromEntries([
    ...Object.entries(RECORDED).map(([reading, metric]) => {
      const ofFeatures = select(`model_version_feature:modelwatch_feature_${metric}`, reading);
      return [reading, `${ofFeatures} or ${select(`model_version_role:modelwatch_output_${metric}`, reading)}`];
    }),
    ['share', select('model_version_feature:modelwatch_attribution_share_ratio', 'share')],
    ['impact', select('model_version_feature:modelwatch_feature_drift_impact', 'impact')],
  ]) as Record<Reading, string>;
  return recordedSeries(uid, expressions, context).pipe(map((series) => rowsOf(series, answer)));
}

type Row = { version: string; feature: string } & Partial<Record<Reading, number>>;

function rowsOf(series: Readonly<Record<Reading, readonly Recorded[]>>, { bars, features }: DriftAnswer): FeatureDrift[] {
  const rows = new Map<string, Row>();
  for (const [reading, found] of Object.entries(series)) {
    for (const { labels, value } of found) {
      const { version = '', feature = OUTPUT } = labels;
      const key = JSON.stringify([version, feature]);
      const row = rows.get(key) ?? { version, feature };
      rows.set(key, { ...row, [reading]: value });
    }
  }
  const countsMin = new Map(features.map(({ feature, countMin }) => [feature ?? OUTPUT, countMin]));
  return [...rows.values()].map((row) => ({
    ...row,
    verdict: verdictOf(row, countsMin.get(row.feature) ?? bars.driftCountMin, bars.driftPsiMin),
  }));
}

/** As the alert: both bars passed, with enough values. */
function verdictOf({ psi, critical, count }: Row, countMin: number, psiMin: number): FeatureDrift['verdict'] {
  if (psi === undefined || critical === undefined || count === undefined || count < countMin) {
    return 'insufficient_data';
  }
  return psi > psiMin && psi > critical ? 'drift' : 'quiet';
}
