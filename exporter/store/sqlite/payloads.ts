import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { EventBatch, PayloadHalf, PayloadKind, PayloadOutcome } from '../store.js';
import type { LedgerDrops } from './messages.js';
import { PAYLOAD_BYTES_CAPACITY, PAYLOAD_WAIT_SECONDS, PAYLOADS_CAPACITY } from './payloads-capacity.js';
import type { Tallies } from './tallies.js';

const ROWS_PER_SWEEP = 200;

/** Requests and responses until they meet: the table `payload`, bounded by number, bytes and time. */
export interface Payloads {
  take(taken: Taken, nowSeconds: number): PayloadOutcome;
  /** Marks a pair as done, within the transaction that ingests its predictions; false where it was done already. */
  settle(batch: EventBatch, nowSeconds: number): boolean;
  sweep(nowSeconds: number): boolean;
  hasDue(nowSeconds: number): boolean;
  readonly waiting: number;
}

interface Taken {
  readonly half: PayloadHalf;
  readonly keyName?: string | undefined;
}

interface Row {
  readonly kind: PayloadKind;
  readonly settled: number;
  readonly due: number;
  readonly time: number;
  readonly headers: string;
  readonly body: Uint8Array;
}

/** Among the headers of a row, whose names are in lower case: the name of the key that its body is sealed by. */
const SEALED_BY = 'sealedBy';
/** What a body was marked with whose key was in the memory of a process that has ended. */
const SEALED_BY_A_PROCESS = 'sealed';

function readHeaders(text: string): Pick<PayloadHalf, 'headers' | 'sealedBy'> {
  const { [SEALED_BY]: sealedBy, [SEALED_BY_A_PROCESS]: byProcess, ...headers } = JSON.parse(text) as Record<string, string>;
  return { headers, sealedBy: sealedBy ?? (byProcess === undefined ? undefined : SEALED_BY_A_PROCESS) };
}

export function createPayloads(db: DatabaseSyncInstance, tallies: Tallies, drops: LedgerDrops): Payloads {
  const find = db.prepare('SELECT kind, settled, due, time, headers, body FROM payload WHERE model = ? AND id = ?');
  const insert = db.prepare('INSERT INTO payload (model, id, kind, settled, due, time, headers, body) VALUES (?, ?, ?, 0, ?, ?, ?, ?)');
  const done = db.prepare(`UPDATE payload SET settled = 1, due = ?, headers = '', body = x'' WHERE model = ? AND id = ?`);
  const remove = db.prepare('DELETE FROM payload WHERE model = ? AND id = ?');
  const dueOf = db.prepare('SELECT model, id, length(body) AS bytes FROM payload WHERE settled = ? AND due <= ? ORDER BY due LIMIT ?');
  const counts = db.prepare('SELECT count(*) AS rows, coalesce(sum(length(body)), 0) AS bytes FROM payload WHERE settled = 0').get();
  let { rows: waiting, bytes } = counts as { rows: number; bytes: number };

  const isDue = (settled: 0 | 1, nowSeconds: number) => dueOf.get(settled, nowSeconds, 1) !== undefined;
  const current = (model: number, id: string, nowSeconds: number): Row | undefined => {
    const row = find.get(model, id) as Row | undefined;
    if (row === undefined || row.due > nowSeconds) return row;
    leave(model, id, row.settled === 1 ? undefined : row.body.length);
    return undefined;
  };
  const leave = (
    model: number,
    id: string,
    waitingBytes: number | undefined,
    reason: 'payloadsExpired' | 'payloadsUnreadable' = 'payloadsExpired',
  ) => {
    remove.run(model, id);
    if (waitingBytes === undefined) return;
    waiting--;
    bytes -= waitingBytes;
    drops[reason]++;
  };

  return {
    get waiting() {
      return waiting;
    },
    take({ half, keyName }, nowSeconds) {
      const model = tallies.model(half.model);
      const events = model.tally.events[half.kind];
      const found = current(model.key, half.id, nowSeconds);
      const kept = found?.settled === 0 ? readHeaders(found.headers) : undefined;
      const isUnreadable = kept?.sealedBy !== undefined && kept.sealedBy !== keyName;
      if (isUnreadable) leave(model.key, half.id, found?.body.length, 'payloadsUnreadable');
      const row = isUnreadable ? undefined : found;
      if (row !== undefined) {
        if (row.settled === 1 || row.kind === half.kind) {
          events.duplicates++;
          model.changed = true;
          return { kind: 'duplicate' };
        }
        const { headers, sealedBy } = readHeaders(row.headers);
        const other = { model: half.model, id: half.id, kind: row.kind, timeSeconds: row.time, headers, body: row.body };
        return { kind: 'paired', other: sealedBy === undefined ? other : { ...other, sealedBy } };
      }
      if (waiting >= PAYLOADS_CAPACITY || bytes + half.body.length > PAYLOAD_BYTES_CAPACITY) {
        drops.payloadsFull++;
        return { kind: 'over_capacity' };
      }
      insert.run(
        model.key,
        half.id,
        half.kind,
        nowSeconds + PAYLOAD_WAIT_SECONDS,
        half.timeSeconds,
        JSON.stringify(half.sealedBy === undefined ? half.headers : { ...half.headers, [SEALED_BY]: half.sealedBy }),
        half.body,
      );
      waiting++;
      bytes += half.body.length;
      events.received++;
      model.changed = true;
      return { kind: 'waiting' };
    },
    settle({ model: name, payload }, nowSeconds) {
      if (payload === undefined) return true;
      const model = tallies.model(name);
      const row = find.get(model.key, payload.id) as Row | undefined;
      const events = model.tally.events[payload.kind];
      model.changed = true;
      if (row?.settled === 1) {
        events.duplicates++;
        return false;
      }
      events.received++;
      // The half that waited may have expired while its pair was read: the predictions are as good as before.
      if (row === undefined) return true;
      done.run(nowSeconds + PAYLOAD_WAIT_SECONDS, model.key, payload.id);
      waiting--;
      bytes -= row.body.length;
      return true;
    },
    hasDue: (nowSeconds) => isDue(0, nowSeconds) || isDue(1, nowSeconds),
    sweep(nowSeconds) {
      for (const settled of [0, 1] as const) {
        for (const row of dueOf.all(settled, nowSeconds, ROWS_PER_SWEEP) as { model: number; id: string; bytes: number }[]) {
          leave(row.model, row.id, settled === 1 ? undefined : row.bytes);
        }
      }
      return !isDue(0, nowSeconds) && !isDue(1, nowSeconds);
    },
  };
}
