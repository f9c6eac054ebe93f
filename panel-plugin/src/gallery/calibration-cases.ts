import { casesOf, number, range, share, text } from './gallery-case';

interface Row {
  readonly version: string;
  readonly role?: string;
  readonly bin: string;
  readonly meanScore: number;
  readonly observedRate: number;
  readonly count: number;
}

const SHARE = { unit: 'percentunit', decimals: 0, min: 0, max: 1 } as const;

/** Wilson's interval at 95 %. */
function interval({ observedRate: p, count: n }: Row): readonly [number, number] {
  const z = 1.96;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const frame = (rows: readonly Row[]) => ({
  name: 'calibration',
  fields: [
    text(
      'version',
      rows.map(({ version }) => version),
    ),
    ...(rows.some(({ role }) => role !== undefined)
      ? [
          text(
            'role',
            rows.map(({ role }) => role ?? null),
          ),
        ]
      : []),
    text(
      'bin',
      rows.map(({ bin }) => bin),
    ),
    number(
      'meanScore',
      rows.map(({ meanScore }) => meanScore),
      SHARE,
    ),
    number(
      'observedRate',
      rows.map(({ observedRate }) => observedRate),
      { ...SHARE, links: [{ title: 'Failing samples', url: '/d/modelwatch-debug?var-version=${__data.fields.version}' }] },
    ),
    number(
      'lower',
      rows.map((row) => interval(row)[0]),
      SHARE,
    ),
    number(
      'upper',
      rows.map((row) => interval(row)[1]),
      SHARE,
    ),
    number(
      'count',
      rows.map(({ count }) => count),
      { unit: 'none' },
    ),
  ],
});

const curve = (version: string, bend: number, countMax: number, bins = 10): Row[] =>
  range(bins).map((index) => {
    const meanScore = (index + 0.5) / bins;
    return {
      version,
      bin: `${(index / bins).toFixed(2)} to ${((index + 1) / bins).toFixed(2)}`,
      meanScore,
      observedRate: Math.min(1, Math.max(0, meanScore ** bend)),
      count: Math.max(2, Math.round(countMax * Math.exp(-index / 1.8))),
    };
  });

export const calibrationCases = casesOf({
  view: 'calibration',
  usual: [frame([...curve('2026-02-10', 1.35, 5200), ...curve('2026-02-24', 1.05, 900)])],
  insufficient: [frame(curve('2026-02-24', 1.2, 20))],
  // The first version is champion of one sidecar and challenger of another: a line each.
  many: [
    frame(
      range(12).flatMap((index) =>
        curve(`v${Math.max(1, index)}`, 0.7 + share(index), 5000, 120).map((row) => ({
          ...row,
          role: index === 0 ? 'champion' : 'challenger',
        })),
      ),
    ),
  ],
  names: ['version', 'role', 'bin'],
});
