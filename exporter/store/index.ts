export * from './books/index.js';
export * from './histogram-counts.js';
export * from './model-tally.js';
export * from './open-error.js';
export * from './paired-tally.js';
export * from './series-tally.js';
export * from './store-models.js';
export * from './store.js';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open-sqlite-store.js';
