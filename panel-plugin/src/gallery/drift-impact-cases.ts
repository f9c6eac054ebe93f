import { casesOf, number, range, share, text } from './gallery-case';

interface Row {
  readonly feature: string;
  readonly drift: number | null;
  readonly impact: number | null;
  readonly critical: number | null;
}

const frame = (rows: readonly Row[]) => ({
  name: 'drift',
  fields: [
    text(
      'feature',
      rows.map(({ feature }) => feature),
    ),
    number(
      'drift',
      rows.map(({ drift }) => drift),
      {
        decimals: 3,
        displayName: 'PSI',
        links: [{ title: 'Distribution', url: '/d/modelwatch-debug?var-feature=${__data.fields.feature}' }],
      },
    ),
    number(
      'impact',
      rows.map(({ impact }) => impact),
      { unit: 'percentunit', decimals: 0 },
    ),
    number(
      'critical',
      rows.map(({ critical }) => critical),
      { decimals: 3 },
    ),
  ],
});

const USUAL: readonly Row[] = [
  { feature: 'amount', drift: 0.31, impact: 0.28, critical: 0.017 },
  { feature: 'merchant_category', drift: 0.12, impact: 0.19, critical: 0.022 },
  { feature: 'hour', drift: 0.008, impact: 0.16, critical: 0.017 },
  { feature: 'country', drift: 0.26, impact: 0.03, critical: 0.025 },
  { feature: 'card_age_days', drift: 0.015, impact: 0.14, critical: 0.017 },
  { feature: 'device', drift: 0.05, impact: 0.09, critical: 0.02 },
  { feature: 'attempts_1h', drift: 0.004, impact: 0.08, critical: 0.017 },
  { feature: 'note_length', drift: null, impact: 0.01, critical: null },
];

export const driftImpactCases = casesOf({
  view: 'drift-impact',
  usual: [frame(USUAL)],
  insufficient: [frame(USUAL.map((row) => ({ ...row, drift: null, critical: null })))],
  many: [
    frame(
      range(700).map((index) => ({
        feature: `feature_${index}`,
        drift: 0.4 * share(index) ** 3,
        impact: 0.2 * share(index, 3) ** 4,
        critical: 0.02,
      })),
    ),
  ],
  names: ['feature'],
});
