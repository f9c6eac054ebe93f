export * from './contracts/index.js';
export * from './math/index.js';
export * from './binning/index.js';
export * from './sketches/index.js';
export * from './statistics/index.js';
export * from './quality/index.js';
export * from './explain/index.js';
export * from './generate/index.js';
