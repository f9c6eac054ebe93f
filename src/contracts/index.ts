export * from './baseline.js';
export * from './binning.js';
export * from './config.js';
export { DRIFT_REFERENCES, type DriftReference } from './config-drift-references.js';
export * from './duration.js';
export * from './metrics.js';
export * from './prediction.js';
export * from './reading.js';
export * from './sketch.js';
