import type { RulesConfig } from '../generate-rules.js';
import type { GeneratedFile } from '../rule-file.js';
import { boardFile } from './board.js';
import type { Board } from './board.js';
import { debug } from './debug.js';
import { executive } from './executive.js';
import { model } from './model.js';
import { onCall } from './on-call.js';
import { registry } from './registry.js';

/** Every board. A new one is a file beside these and a line here: docs/recipes/add-a-board.md. */
export const BOARDS: readonly Board[] = [executive, onCall, debug, registry, model];

/**
 * Grafana dashboards of a configuration, one file each. They show whichever models there are; what they take from the configuration are windows,
 * bars and the place of the runbooks.
 *
 * @example generateDashboards(config).map(({ path }) => path) // ['executive.json', 'on-call.json', 'debug.json', 'registry.json', 'model.json']
 */
export const generateDashboards = (config: RulesConfig): readonly GeneratedFile[] => BOARDS.map((board) => boardFile(board, config));

export type { Board, BoardRow } from './board.js';
export type { Panel } from './panel.js';
