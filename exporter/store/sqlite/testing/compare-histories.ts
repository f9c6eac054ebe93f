import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { commandModels as models, histories, type Watched } from './ledger-commands.js';
import { createOracle } from './ledger-oracle.js';
import { openLedger } from '../ledger.js';

export interface Comparison {
  /** Where the ledgers' files lie while they are compared. */
  readonly folder: string;
  readonly waitingMax: number;
  readonly histories: number;
  readonly seed: number;
}

/** What the histories have shown. */
export interface Compared {
  readonly histories: number;
  readonly commands: number;
  readonly restarts: number;
}

/**
 * Runs random histories against the ledger and the oracle; each command compares its outcomes and every total. Throws at the first
 * difference, with the shortest history that shows it, its seed and its path.
 */
export function compareHistories({ folder, waitingMax, histories: numRuns, seed }: Comparison): Compared {
  const empty = path.join(folder, `empty-${waitingMax}.db`);
  const optionsOf = (file: string) => ({ path: file, models, predictionsMax: waitingMax, settledMax: 1000 });
  openLedger(optionsOf(empty)).close();
  const watched: Watched = { commands: 0, restarts: 0 };
  let compared = 0;
  fc.assert(
    fc.property(histories, (commands) => {
      const file = path.join(folder, `history-${compared++}.db`);
      // Its schema is made once.
      fs.copyFileSync(empty, file);
      const options = optionsOf(file);
      const real = { options, ledger: openLedger(options) };
      try {
        fc.modelRun(() => ({ model: { oracle: createOracle(models, waitingMax), now: 1_000_000, watched }, real }), commands);
      } finally {
        real.ledger.close();
        fs.rmSync(file);
      }
    }),
    { seed, numRuns },
  );
  return { histories: compared, ...watched };
}
