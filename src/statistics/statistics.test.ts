import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as core from '../index.js';
import { expectReading, frequenciesOf, testStatistic, type Claims } from './conformance.js';
import { STATISTICS, type AnyStatistic, type StatisticKind } from './index.js';
import type { Statistic } from './statistic.js';

const ALL = { compares: true, symmetric: true, permutable: true, scaleFree: true, missingApart: true, of: 'both' } as const;
const ORDERED = { ...ALL, permutable: 'the order of values is what it looks at', of: 'numeric' } as const;
const SHARE = {
  ...ALL,
  compares: 'a share of the current values; the reference gives the critical value alone',
  symmetric: 'a share of the current values',
} as const;

const CLAIMS: Readonly<Record<string, Claims>> = {
  psi: ALL,
  'kullback-leibler': { ...ALL, symmetric: 'of the current from the reference' },
  'jensen-shannon': ALL,
  hellinger: ALL,
  'total-variation': ALL,
  'l-infinity': ALL,
  'chi-square': { ...ALL, scaleFree: 'grows with the counts; see the laws' },
  'kolmogorov-smirnov': ORDERED,
  'kolmogorov-smirnov-binned': ORDERED,
  wasserstein: { ...ORDERED, symmetric: 'its unit is the standard deviation of the reference' },
  'missing-ratio': { ...SHARE, missingApart: 'counts them' },
  'out-of-range-ratio': { ...SHARE, of: 'numeric' },
  'unseen-ratio': { ...SHARE, permutable: 'the last bin holds the unseen', of: 'categorical' },
};

for (const statistic of STATISTICS) testStatistic(statistic as Statistic<StatisticKind>, CLAIMS[statistic.name]!);

describe('the registry', () => {
  const names = STATISTICS.map(({ name }) => name);

  it('names each statistic once, and each says which laws it claims', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(CLAIMS).sort()).toEqual([...names].sort());
  });

  it('holds every statistic that has golden values', () => {
    const golden = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.golden.json'));
    expect(golden.sort()).toEqual(names.map((name) => `${name}.golden.json`).sort());
  });

  it('and has each in a file of its name', () => {
    expect(names.filter((name) => !existsSync(new URL(`./${name}.ts`, import.meta.url)))).toEqual([]);
  });
});

const PARTS = ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Critical value', 'Cost', 'Source', 'Example'];

describe.each(STATISTICS.map((statistic): [string, AnyStatistic] => [statistic.name, statistic]))('the page of %s', (name, statistic) => {
  const url = new URL(`../../docs/statistics/${name}.md`, import.meta.url);
  const page = existsSync(url) ? readFileSync(url, 'utf8') : '';

  it('has every part', () => {
    expect(PARTS.filter((part) => !page.includes(`\n## ${part}\n`))).toEqual([]);
    expect(page).toContain(`\`countMin\` ${statistic.countMin}`);
  });

  it('has an example that says what the code answers', () => {
    const code = /## Example\n[^]*?```ts\n([^]*?)```/.exec(page)?.[1] ?? '';
    const [, program, expression, answer] = /^([^]*?)([^\n]+); \/\/ (.+)\n$/.exec(code) ?? [];
    const imports = Object.keys(core).join(', ');
    const run = new Function('core', `const { ${imports} } = core; ${program!} return ${expression!};`) as (
      library: typeof core,
    ) => core.Reading;
    expectReading(run(core), new Function(`return ${answer!};`)() as core.Reading);
  });
});

describe('the golden vector', () => {
  const current = frequenciesOf({ counts: [200, 200, 300, 200, 100] });
  const reference = frequenciesOf({ counts: [100, 200, 400, 200, 100] });

  it.each([
    [core.psi, 0.0980829253],
    [core.jensenShannon, 0.1320067319],
    [core.hellinger, 0.1103108438],
    [core.lInfinity, 0.1],
    [core.totalVariation, 0.1],
  ])('$name', (statistic, value) => {
    const reading = statistic.measure({ current, reference });
    expect(reading.kind === 'measured' && Number(reading.value.toFixed(10))).toBe(value);
  });
});

it('kolmogorov-smirnov-binned is below kolmogorov-smirnov by at most the smaller share of a bin', () => {
  const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 });
  const edges = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 });
  const law = fc.property(values, values, edges, (now, before, unsorted) => {
    const binning = { kind: 'numeric', edges: unsorted.sort((a, b) => a - b), min: 0, max: 10 } as const;
    const [current, reference] = [now, before].map((side) => {
      const [bins, quantiles] = [new core.Frequencies(binning), new core.QuantileSketch()];
      for (const value of side) {
        bins.update(value, 100);
        quantiles.update(value, 100);
      }
      return { bins, quantiles };
    });
    const binned = core.kolmogorovSmirnovBinned.measure({ current: current!.bins, reference: reference!.bins });
    const exact = core.kolmogorovSmirnov.measure({ current: current!.quantiles, reference: reference!.quantiles });
    if (binned.kind === 'undetermined' || exact.kind === 'undetermined') throw new Error('too few values were drawn');
    const share = ({ counts, count }: core.Frequencies, bin: number) => counts[bin]! / count;
    const gapMax = Math.max(
      ...Array.from(current!.bins.counts, (_, bin) => Math.min(share(current!.bins, bin), share(reference!.bins, bin))),
    );
    expect(exact.value - binned.value).toBeGreaterThan(-1e-12);
    expect(exact.value - binned.value).toBeLessThan(gapMax + 1e-12);
  });
  fc.assert(law, { seed: 20_261_124, numRuns: 500 });
});

describe('bins of equal number', () => {
  const of = (edges: number[], range: readonly [number, number] = [0, 9]) =>
    core.Frequencies.fromCounts({ kind: 'numeric', edges, min: range[0], max: range[1] }, [500, 500]);

  it('but other edges are refused', () => {
    const message = 'psi needs equal bins, got 2 current and 2 reference, with other edges or categories';
    expect(() => core.psi.measure({ current: of([3]), reference: of([4]) })).toThrow(message);
  });

  it('but another range are refused where the range counts, and there alone', () => {
    const input = { current: of([3], [0, 9]), reference: of([3], [1, 9]) };
    expect(() => core.outOfRangeRatio.measure(input)).toThrow('out-of-range-ratio needs equal ranges, got 0..9 current and 1..9 reference');
    expect(core.psi.measure(input)).toEqual({ kind: 'measured', value: 0 });
  });
});
