export { checkCommand } from './check-command.js';
export { configPage } from './config-page.js';
export { formatFaults } from './fault.js';
export type { Fault, LoadResult } from './fault.js';
export { generatedDocs } from './generated-docs.js';
export { loadConfig, parseConfig, resolvePaths } from './load-config.js';
