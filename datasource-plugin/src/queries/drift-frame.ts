import type { DataFrame, QueryResultMetaNotice } from '@grafana/data';
import type { ApiDriftBars, ApiFeatureDrift, DriftAnswer } from '@modelwatch/core';
import { goodFrom, worseFrom } from '../frames/bars';
import { Column, COUNT, frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD, DEBUG_FEATURE } from '../frames/data-links';
import { coloured, criticalOf, DRIFT_COLORS, valueOf, wordOf } from '../frames/verdicts';
import { OUTPUT } from './distribution-frames';

/** One feature, wherever its readings come from. What is not known is undefined. */
export interface FeatureDrift {
  readonly version: string;
  readonly feature: string;
  readonly psi?: number | undefined;
  readonly critical?: number | undefined;
  readonly jensenShannon?: number | undefined;
  readonly kolmogorovSmirnov?: number | undefined;
  readonly count?: number | undefined;
  readonly referenceCount?: number | undefined;
  readonly share?: number | undefined;
  readonly impact?: number | undefined;
  readonly verdict: ApiFeatureDrift['verdict'];
}

export interface DriftTold {
  readonly model: string;
  readonly bars: ApiDriftBars;
  readonly features: readonly FeatureDrift[];
  /** Where the readings come from. */
  readonly notice: QueryResultMetaNotice;
}

const VERDICTS: ReadonlyArray<ApiFeatureDrift['verdict']> = ['drift', 'quiet', 'insufficient_data'];

/** A row a feature: what drifted first, and among equals what matters most to the model. */
export function driftFrame({ model, bars, features, notice }: DriftTold, refId: string): DataFrame {
  const rows = [...features].sort(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || (b.impact ?? -1) - (a.impact ?? -1) || (b.psi ?? -1) - (a.psi ?? -1),
  );
  const score = { unit: 'none', decimals: 3, min: 0 } as const;
  const columns: Array<Column<FeatureDrift>> = [
    text('model', 'The model.', () => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version that counted.', ({ version }) => version),
    text('feature', 'The feature, or the output.', ({ feature }) => feature, { links: [DEBUG_FEATURE] }),
    number('drift', 'PSI against the reference, in nats; empty where there is too little to tell.', ({ psi }) => psi, {
      ...score,
      displayName: 'PSI',
      thresholds: worseFrom([bars.driftPsiMin, 'red']),
    }),
    number('critical', 'PSI that chance alone explains, at the significance that is configured.', ({ critical }) => critical, {
      ...score,
      displayName: 'critical PSI',
    }),
    number('impact', 'Share of attribution times PSI; empty where predictions are not explained.', ({ impact }) => impact, score),
    number('share', 'Share of attribution: how much of the model it is.', ({ share }) => share, SHARE),
    text(
      'verdict',
      'What the alert would say of this window alone: it wants both bars passed, with enough values.',
      ({ verdict }) => wordOf(verdict),
      {
        mappings: coloured(DRIFT_COLORS),
      },
    ),
    number('count', 'Values within the window, the missing not counted.', ({ count }) => count, {
      ...COUNT,
      thresholds: goodFrom(bars.driftCountMin),
    }),
    number('referenceCount', 'Values of the reference.', ({ referenceCount }) => referenceCount, {
      ...COUNT,
      displayName: 'reference count',
    }),
    number('jensenShannon', 'Jensen-Shannon distance, base 2.', ({ jensenShannon }) => jensenShannon, {
      ...score,
      max: 1,
      displayName: 'JS distance',
    }),
    number(
      'kolmogorovSmirnov',
      'Kolmogorov-Smirnov from bins, a lower bound; of numbers alone.',
      ({ kolmogorovSmirnov }) => kolmogorovSmirnov,
      {
        ...score,
        max: 1,
        displayName: 'KS',
      },
    ),
  ];
  return frameOf({ refId, name: 'drift', rows, notices: [notice], columns });
}

/** What one sidecar has counted. */
export function ofExporter({ version, features }: DriftAnswer): FeatureDrift[] {
  return features.map(({ feature, readings, count, referenceCount, share, impact, verdict }) => ({
    version,
    feature: feature ?? OUTPUT,
    psi: valueOf(readings['psi']),
    critical: criticalOf(readings['psi']),
    jensenShannon: valueOf(readings['jensen-shannon']),
    kolmogorovSmirnov: valueOf(readings['kolmogorov-smirnov-binned']),
    count,
    referenceCount,
    share: valueOf(share),
    impact: valueOf(impact),
    verdict,
  }));
}
