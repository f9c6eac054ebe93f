export * from './contracts/index.js';
export * from './generate/index.js';
