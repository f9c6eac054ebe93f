export * from './bins.js';
export * from './make-binning.js';
