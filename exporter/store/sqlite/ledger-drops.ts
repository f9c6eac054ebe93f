import type { LedgerDrops } from './messages.js';

export function emptyDrops(): LedgerDrops {
  return {
    predictionsFull: 0,
    predictionsDuplicate: 0,
    truthsFull: 0,
    unpaired: 0,
    settledFull: 0,
    payloadsFull: 0,
    payloadsExpired: 0,
    payloadsUnreadable: 0,
    retiredSuperseded: 0,
  };
}
