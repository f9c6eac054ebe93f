import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { METRICS, SLI_NAMES, type MetricDescription } from '../contracts/index.js';
import { budgetSpent, burnBars, burnRate, configuredSlo, detectionSeconds, errorRatio, secondsToExhaustion, SLIS } from './index.js';
import type { SloConfig } from './index.js';

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'workbook.golden.json'), 'utf8')) as {
  readonly exhaustion: readonly { readonly burnRate: number; readonly errorRatio: number; readonly exhaustedSeconds: number }[];
  readonly bars: readonly object[];
  readonly detection: readonly [
    { readonly burnRate: number; readonly windowSeconds: number; readonly budgetShare: number },
    { readonly burnRate: number; readonly windowSeconds: number; readonly errorRatio: number; readonly detectedSeconds: number },
  ];
};
const MONTH = 30 * 86_400;
const ROWS: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((row) => [row.name, row]));
const anySlo: fc.Arbitrary<SloConfig> = fc.record(
  {
    sli: fc.constantFrom(...SLI_NAMES),
    objective: fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
    period: fc.constantFrom('7d', '28d', '30d', '90d'),
    critical: fc.boolean(),
    evidence: fc.constantFrom('ground_truth', 'estimate', 'shadow'),
  },
  { requiredKeys: ['sli', 'objective', 'period'] },
);

describe('the published tables of the SRE Workbook', () => {
  it.each(golden.exhaustion)(
    'a burn rate of $burnRate spends a budget in $exhaustedSeconds s',
    ({ burnRate: rate, errorRatio: ratio, exhaustedSeconds }) => {
      expect(burnRate(ratio, 0.999)).toBeCloseTo(rate, 9);
      expect(secondsToExhaustion({ budgetLeft: 1, burn: rate, periodSeconds: MONTH })).toBe(exhaustedSeconds);
    },
  );

  it('windows and burn rates of 30 days', () => expect(burnBars('30d')).toEqual(golden.bars));

  it('what an alert has cost when it fires, and how soon it does', () => {
    const [cost, soon] = golden.detection;
    expect(budgetSpent(cost.burnRate, cost.windowSeconds, MONTH)).toBeCloseTo(cost.budgetShare, 12);
    expect(detectionSeconds(soon.errorRatio, soon.burnRate, 0.999, soon.windowSeconds)).toBeCloseTo(soon.detectedSeconds, 9);
    expect(detectionSeconds(0.001, 14.4, 0.999, 3600)).toBeUndefined();
  });
});

describe('burn rates', () => {
  it('of another period spend the same share of its budget, and never lie below one that lasts the period', () => {
    expect(burnBars('28d').map(({ burnRate: rate }) => rate)).toEqual([13.44, 5.6, 2.8, 1]);
    expect(burnBars('7d').map(({ burnRate: rate }) => rate)).toEqual([3.36, 1.4, 1, 1]);
    expect(burnBars('90d').map(({ burnRate: rate }) => rate)).toEqual([43.2, 18, 9, 3]);
  });

  it('are those of the counts of all replicas together, not a mean of theirs', () => {
    const count = fc.record({ events: fc.integer({ min: 1, max: 1e6 }), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 8 }), (replicas) => {
        const counts = replicas.map(({ events, share }) => ({ events, errors: Math.floor(events * share) }));
        const sum = counts.reduce((a, b) => ({ events: a.events + b.events, errors: a.errors + b.errors }));
        const weighted = counts.reduce((total, each) => total + errorRatio(each)! * each.events, 0) / sum.events;
        expect(errorRatio(sum)).toBeCloseTo(weighted, 9);
      }),
      { seed: 6 },
    );
  });

  it('are undetermined without events, and a spent budget has no time left', () => {
    expect(errorRatio({ events: 0, errors: 0 })).toBeUndefined();
    expect(secondsToExhaustion({ budgetLeft: -0.2, burn: 5, periodSeconds: MONTH })).toBe(0);
    expect(secondsToExhaustion({ budgetLeft: 0.5, burn: 0, periodSeconds: MONTH })).toBe(Infinity);
    expect(secondsToExhaustion({ budgetLeft: 0.5, burn: 2, periodSeconds: MONTH })).toBe(648_000);
  });

  it('held until the budget is gone spend exactly it', () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.double({ min: 0.1, max: 1000, noNaN: true }), (budgetLeft, burn) => {
        const seconds = secondsToExhaustion({ budgetLeft, burn, periodSeconds: MONTH });
        expect(budgetSpent(burn, seconds, MONTH)).toBeCloseTo(budgetLeft, 9);
      }),
      { seed: 6 },
    );
  });
});

describe('every indicator', () => {
  it('stands in the registry once, in the order of the configuration', () => expect(SLIS.map(({ name }) => name)).toEqual(SLI_NAMES));

  it('counts with series of the table, and labels that these have', () => {
    fc.assert(
      fc.property(anySlo, (config) => {
        const { sli } = configuredSlo(config, { critical: false });
        const events = sli.events(config);
        if (events.kind === 'minutes') return;
        for (const { counter, where = {}, within } of [...events.total, ...events.bad]) {
          const row = ROWS.get(counter)!;
          expect(row.type).toBe(within === undefined ? 'counter' : 'histogram');
          expect(row.labels).toEqual(
            expect.arrayContaining([...Object.keys(where), 'model', ...(sli.scope === 'version' ? ['version'] : [])]),
          );
          if (typeof within === 'number') expect(row.buckets).toContain(within);
        }
      }),
      { seed: 6 },
    );
  });

  it('has a fallback among its bounds', () => {
    for (const { within, events, name } of SLIS.filter((sli) => sli.within !== undefined)) {
      const bad = events({ sli: name, objective: 0.9, period: '30d' });
      expect(bad.kind === 'counters' && bad.bad.some((term) => within!.bounds.includes(Number(term.within)) && term.minus)).toBe(true);
    }
  });

  it('pages only where ground truth or first hand says so, and never against the configuration', () => {
    fc.assert(
      fc.property(anySlo, fc.boolean(), (config, critical) => {
        const slo = configuredSlo(config, { critical });
        if (config.critical === false) expect(slo.mayPage).toBe(false);
        if (!slo.mayPage) expect(slo.critical).toBe(false);
        if (!slo.mayPage) return;
        expect(['availability', 'latency', 'quality', 'data_quality']).toContain(config.sli);
        expect([undefined, 'ground_truth']).toContain(slo.evidence);
        expect(slo.critical).toBe(config.critical ?? critical);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('needs more bad events than a handful before it alerts, where it counts requests', () => {
    const slo = configuredSlo({ sli: 'availability', objective: 0.999, period: '30d' }, { critical: true });
    expect({ eventsMin: slo.eventsMin, errorsMin: slo.errorsMin, critical: slo.critical, name: slo.name }).toEqual({
      eventsMin: 100,
      errorsMin: 5,
      critical: true,
      name: 'availability',
    });
  });
});
