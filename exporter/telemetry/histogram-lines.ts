import type { MetricDescription } from '@modelwatch/core';
import type { HistogramCounts } from '../store/index.js';
import { withLabel } from './label-text.js';
import type { Family, Sample } from './series.js';

/** Makes a family of histograms that are counted elsewhere and read at scrape time, as `readFamily` does for numbers. */
export function readHistogramFamily(
  description: MetricDescription,
  read: () => Iterable<readonly [labels: string, histogram: HistogramCounts]>,
): Family {
  const bounds = description.buckets;
  if (bounds === undefined) throw new Error(`histogram ${description.name} has no buckets`);
  const texts = [...bounds.map(String), '+Inf'];
  return {
    description,
    *samples(): Generator<Sample> {
      for (const [labels, { counts, sum }] of read()) {
        // Copied first: the scrape may pause half-way, and buckets must not disagree with the count.
        const frozen = [...counts];
        let cumulative = 0;
        for (let i = 0; i < texts.length; i++) {
          cumulative += frozen[i] ?? 0;
          yield { suffix: '_bucket', labels: withLabel(labels, 'le', texts[i]!), value: cumulative };
        }
        yield { suffix: '_sum', labels, value: sum };
        yield { suffix: '_count', labels, value: cumulative };
      }
    },
  };
}
