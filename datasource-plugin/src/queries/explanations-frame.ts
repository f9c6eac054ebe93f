import type { DataFrame } from '@grafana/data';
import type { ApiFeatureExplanation, ExplanationsAnswer, Reading } from '@modelwatch/core';
import { goodFrom, worseFrom } from '../frames/bars';
import { COUNT, frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD, DEBUG_FEATURE } from '../frames/data-links';
import { valueOf } from '../frames/readings';

/** In the unit of the output. */
const ATTRIBUTION = { unit: 'none', decimals: 4 };

/** A row a feature, the greatest drift impact first; fits the panel's view of drift by impact. */
export function explanationsFrame(answer: ExplanationsAnswer, refId: string): DataFrame {
  const { model, version, features, bars } = answer;
  const shift = ({ share, trainingShare }: ApiFeatureExplanation) => {
    const [now, then] = [valueOf(share), valueOf(trainingShare)];
    return now === undefined || then === undefined ? undefined : now - then;
  };
  return frameOf<ApiFeatureExplanation>({
    refId,
    name: `explanations ${model} ${version}`,
    rows: features,
    columns: [
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
      text('feature', 'Name of the feature.', ({ feature }) => feature, { links: [DEBUG_FEATURE] }),
      number('meanAbsolute', 'Mean absolute Shapley value, in the unit of the output.', ({ meanAbsolute }) => meanAbsolute, {
        ...ATTRIBUTION,
        min: 0,
        displayName: 'mean |value|',
      }),
      number('mean', 'Mean Shapley value: which way the feature moves the output.', ({ mean }) => mean, ATTRIBUTION),
      number('variance', 'Variance of the Shapley values.', ({ variance }) => variance, { ...ATTRIBUTION, decimals: 6, min: 0 }),
      number('share', 'Share of the attribution of all features.', ({ share }) => valueOf(share), SHARE),
      number('trainingShare', 'Its share in training.', ({ trainingShare }) => valueOf(trainingShare), {
        ...SHARE,
        displayName: 'share in training',
      }),
      number('shift', 'Share less share in training.', shift, { unit: 'percentunit', min: -1, max: 1 }),
      number('drift', 'PSI against the baseline within the local window.', ({ drift }) => valueOf(drift), {
        unit: 'none',
        decimals: 3,
        min: 0,
        thresholds: worseFrom([bars.driftPsiMin, 'red']),
      }),
      number('critical', 'Critical value of that PSI: below it drift may be chance.', ({ drift }) => criticalOf(drift), {
        unit: 'none',
        decimals: 3,
        min: 0,
      }),
      number('driftImpact', 'Drift weighted with the share.', ({ impact }) => valueOf(impact), {
        unit: 'none',
        decimals: 3,
        min: 0,
        displayName: 'drift x share',
      }),
      number('impact', 'Weight of the feature in the model: its share.', ({ share }) => valueOf(share), SHARE),
    ],
    notices: noticesOf(answer),
  });
}

const criticalOf = (reading: Reading): number | undefined => (reading.kind === 'measured' ? reading.criticalValue : undefined);

/** One row: how far the model looks at what it looked at in training, and on how many predictions that stands. */
export function attentionFrame(answer: ExplanationsAnswer, refId: string): DataFrame {
  const { model, version, counts, bars } = answer;
  const chosen = counts['sampled'] ?? 0;
  return frameOf<ExplanationsAnswer>({
    refId,
    name: `attention ${model} ${version}`,
    rows: [answer],
    columns: [
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
      text('version', 'The version that is explained.', () => version),
      number('ndcg', 'Order of the features by attribution against training: 1 is the same.', ({ ndcg }) => valueOf(ndcg), {
        unit: 'none',
        decimals: 3,
        min: 0,
        max: 1,
        displayName: 'NDCG',
        thresholds: goodFrom(bars.ndcgMin),
      }),
      number('totalVariation', 'Share of the attribution that has moved to other features.', (told) => valueOf(told.totalVariation), {
        ...SHARE,
        displayName: 'total variation',
      }),
      number('explained', 'Predictions that were explained.', () => counts['explained'], {
        ...COUNT,
        thresholds: goodFrom(bars.explainedCountMin),
      }),
      number('explainedShare', 'Of those that were chosen to be.', () => (chosen === 0 ? undefined : (counts['explained'] ?? 0) / chosen), {
        ...SHARE,
        displayName: 'explained share',
      }),
      number('trainingRows', 'Rows of training that it is compared with.', ({ training }) => training.rows, {
        ...COUNT,
        displayName: 'training rows',
      }),
    ],
    notices: noticesOf(answer),
  });
}

function noticesOf({ version, ready, counts, bars, ndcg }: ExplanationsAnswer) {
  const explained = counts['explained'] ?? 0;
  return [
    ...(ready ? [] : [{ severity: 'warning' as const, text: `The explainer of version ${version} is not ready.` }]),
    ...(ndcg.kind === 'undetermined' || explained < bars.explainedCountMin
      ? [
          {
            severity: 'info' as const,
            text: `${explained} predictions were explained: too few to be judged, which takes ${bars.explainedCountMin}.`,
          },
        ]
      : []),
  ];
}
