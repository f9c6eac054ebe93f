import { metric } from '@modelwatch/core';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { labelledHistogram, readFamily, type LabelledHistogram } from './series.js';

/** Registers what scorers tell of their children. Models are read at each scrape. */
export function scorerFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const onnx = function* () {
    for (const { name, version, role, source, challengers } of models().values()) {
      if (source.kind === 'onnx') yield { identity: [name, version, role] as const, scorer: source.scorer };
      for (const { version: own, scorer } of challengers) {
        if (scorer !== undefined) yield { identity: [name, own, 'challenger'] as const, scorer };
      }
    }
  };
  const restarts = metric('modelwatch_scorer_restarts_total');
  registry.add(
    readFamily(restarts, function* () {
      for (const { identity, scorer } of onnx()) {
        for (const [reason, count] of Object.entries(scorer.stats().restarts))
          yield [labelText(restarts.labels, [...identity, reason]), count];
      }
    }),
  );
  const quarantined = metric('modelwatch_quarantined_requests');
  registry.add(
    readFamily(quarantined, function* () {
      for (const { identity, scorer } of onnx()) yield [labelText(quarantined.labels, identity), scorer.stats().quarantined];
    }),
  );
  const description = metric('modelwatch_scorer_batch_rows');
  /** Of the scorers that there are: those of one that is gone go with it. */
  const kept = new WeakMap<object, LabelledHistogram>();
  registry.add({
    description,
    *samples() {
      for (const { identity, scorer } of onnx()) {
        let rows = kept.get(scorer);
        if (rows === undefined) kept.set(scorer, (rows = labelledHistogram(description, identity)));
        const { counts, sum } = scorer.stats().batchRows;
        rows.set(counts, sum);
        yield* rows.samples();
      }
    },
  });
}
