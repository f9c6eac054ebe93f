import type { Store } from '../store/index.js';

/** Where what watches hangs on what serves. Whatever happens beyond one costs a reading, an event or a scrape, never an answer. */
export const SEAMS = [
  'watch',
  'record',
  'schema',
  'freshness',
  'parity',
  'sample',
  'shadow',
  'explain',
  'estimate',
  'ingest',
  'metrics',
] as const;
export type Seam = (typeof SEAMS)[number];

/** Goes through a seam. A test may put a fault there; else it is `directly`. */
export type Cross = <Result>(seam: Seam, work: () => Result) => Result;

export const directly: Cross = (_seam, work) => work();

/** Goes through a seam whose result nobody waits for: a fault is told, at once or later, and goes no further. */
export type CrossAlone = (seam: Seam, work: () => unknown) => void;

export function crossAlone(cross: Cross, onFault: (fault: unknown) => void): CrossAlone {
  return (seam, work) => {
    try {
      const result = cross(seam, work);
      if (result instanceof Promise) result.catch(onFault);
    } catch (fault) {
      onFault(fault);
    }
  };
}

/** The store as the routes see it. */
export function storeBehind(cross: Cross, store: Store): Store {
  return {
    ...store,
    ingestPredictions: (batch) => cross('ingest', () => store.ingestPredictions(batch)),
    ingestGroundTruth: (truths) => cross('ingest', () => store.ingestGroundTruth(truths)),
    ingestPayload: (half, keyName) => cross('ingest', () => store.ingestPayload(half, keyName)),
  };
}
