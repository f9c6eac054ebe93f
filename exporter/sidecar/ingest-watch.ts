import type { Store } from '../store/store.js';
import type { ModelRuntime } from './model-runtime.js';

/**
 * A store whose ingested predictions are looked at as whole rows once they are durable, each once: ages of their
 * events, parity with the feature server, estimates before ground truth, and reconstruction errors. Features and outputs are counted by the store itself, in its transaction.
 */
export function watchIngested(store: Store, models: () => ReadonlyMap<string, ModelRuntime>): Pick<Store, 'ingestPredictions'> {
  return {
    async ingestPredictions(batch) {
      const outcomes = await store.ingestPredictions(batch);
      const model = models().get(batch.model);
      if (!outcomes.ok || model?.version !== batch.version) return outcomes;
      const { freshness, watch } = model.watched;
      const { estimate, reconstruction, recent } = watch;
      if ((freshness ?? estimate ?? reconstruction ?? recent ?? model.parity) === undefined) return outcomes;
      const rows = outcomes.value.flatMap((outcome, row) => (outcome === 'duplicate' ? [] : [row]));
      const taken = {
        rows: rows.length,
        timeSeconds: batch.timeSeconds,
        ids: rows.map((row) => batch.ids[row]!),
        outputs: rows.map((row) => batch.outputs[row] ?? NaN),
        features: batch.features.map((column) => column && rows.map((row) => column[row] ?? null)) as typeof batch.features,
      };
      freshness?.observeEvents(batch, rows);
      model.parity?.offerEvents(batch, rows);
      estimate?.observe(taken);
      reconstruction?.observe(taken);
      recent?.observe(taken);
      return outcomes;
    },
  };
}
