import { describe, expect, it } from '@jest/globals';
import type { MetricDescription } from '../contracts/index.js';
import { METRICS } from '../contracts/index.js';
import { DEFAULT_BARS, DEFAULT_FAIR, DEFAULT_ROLLOUT } from './default-bars.js';
import { RECORDING_FAMILIES } from './recordings/index.js';
import { selectAll } from './selector.js';

const METRIC_ROWS: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((row) => [row.name, row]));
const rowOf = (name: string): MetricDescription | undefined => METRIC_ROWS.get(name) ?? METRIC_ROWS.get(name.replace(/_bucket$/, ''));

describe('recording rules', () => {
  const rules = RECORDING_FAMILIES.flatMap((family) =>
    family
      .windows(DEFAULT_BARS, DEFAULT_ROLLOUT)
      .flatMap((window) => family.rules({ window, bars: DEFAULT_BARS, rollout: DEFAULT_ROLLOUT, fair: DEFAULT_FAIR, select: selectAll })),
  );

  it('sum by labels that their series have', () => {
    const sums = rules.flatMap(({ expr }) => [...expr.matchAll(/(?:sum|max) by \(([^)]*)\) \((?:increase\()?([\w:]+)/g)]);
    const exported = sums.filter(([, , name]) => rowOf(name!) !== undefined);
    expect(exported.length).toBeGreaterThan(50);
    for (const [, by, name] of exported) {
      expect([...rowOf(name!)!.labels, 'job', 'instance', ...(name!.endsWith('_bucket') ? ['le'] : [])]).toEqual(
        expect.arrayContaining(by!.split(', ')),
      );
    }
  });

  it('stand after the rules that they read, so that one pass over the groups records everything', () => {
    const first = new Map(rules.map(({ record }) => [record, rules.findIndex((rule) => rule.record === record)]));
    const reads = rules.flatMap(({ record, expr }, at) =>
      [...expr.matchAll(/[a-z_]+:\w+:\w+/g)].map(([name]) => ({ record, name, after: at - (first.get(name) ?? NaN) })),
    );
    expect(reads.length).toBeGreaterThan(100);
    // A rule may read what it recorded itself one evaluation before.
    expect(reads.filter(({ after, name, record }) => !(after > 0) && name !== record)).toEqual([]);
  });

  it('are named for the labels they have: the level lists what they are summed by', () => {
    for (const { record, expr, labels = {} } of rules) {
      const level = record.split(':')[0]!;
      // The labels `reference` and `evidence` stand in no level: they tell the series of one name apart.
      const set = Object.keys(labels).filter((label) => label !== 'reference' && label !== 'evidence');
      // Where each of a recorded series is divided by a sum, the labels are those of the series.
      const divided = /^(?:1000 \* )?([a-z_]+):\w+:\w+\n\/ on \([^)]*\) group_left/.exec(expr)?.[1];
      const summed = /(?:sum|max) by \(([^)]*)\)/.exec(expr)?.[1]?.replace(', reference', '');
      if (summed?.includes(', bin') === true && !level.endsWith('_bin')) continue;
      if (summed !== undefined) expect(level).toBe(divided ?? [...summed.split(', '), ...set].join('_'));
    }
  });

  it('take the increase of counters and no others', () => {
    const increased = rules.flatMap(({ expr }) => [...expr.matchAll(/increase\(([\w:]+)/g)].map(([, name]) => name!));
    // A counter that is recorded as it stands is one still: its rule reads nothing else.
    const sampled = new Map(
      rules.filter(({ record }) => record.endsWith(':sampled')).map(({ record, expr }) => [record, /^[a-z_]+/.exec(expr)![0]]),
    );
    expect(sampled.size).toBe(3);
    expect(new Set(increased.map((name) => rowOf(sampled.get(name) ?? name)?.type))).toEqual(new Set(['counter', 'histogram']));
  });
});
