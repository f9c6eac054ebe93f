import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { compareHistories } from '../store/sqlite/testing/compare-histories.js';
import { FULL, promise } from './testing/promise.js';

const HISTORIES = FULL ? 100_000 : 200;
const SEED = Number(process.env['LEDGER_SEED'] ?? 16);
/** Few of one history's predictions find room, and all of them. */
const WAITING_MAX = [4, 1000];

promise('P16', 'predictions and ground truth in any order are counted as an oracle counts them', async (findings) => {
  // In memory where there is such a place: what a disk keeps is shown by P12 and P13.
  const folder = await mkdtemp(path.join(existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'modelwatch-oracle-'));
  try {
    for (const waitingMax of WAITING_MAX) {
      const compared = compareHistories({ folder, waitingMax, histories: HISTORIES / WAITING_MAX.length, seed: SEED });
      const room = `with room for ${waitingMax}`;
      findings.count(`histories of seed ${SEED} counted alike, ${room}`, compared.histories, HISTORIES / WAITING_MAX.length);
      findings.bound(`of them commits compared, ${room}`, compared.commands, { min: HISTORIES });
      findings.bound(`and restarts, ${room}`, compared.restarts, { min: HISTORIES / 4 });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
