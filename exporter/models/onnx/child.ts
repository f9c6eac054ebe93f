import { readSync } from 'node:fs';
import { collectAtRest } from '../../collect-at-rest.js';
import { addressSpacePeakBytes } from './address-space.js';
import { cutColumn } from './cut-column.js';
import type { CallMessage, ChildMessage, ChildOptions } from './messages.js';
import { scanModel } from './scan-model.js';
import { loadSession, type Session } from './session.js';

/** Tensors that have gone through since the last collection make one worth its milliseconds: V8 sees small objects, not what they hold. */
const COLLECT_BYTES_MIN = 16_777_216;
/** A `read` takes at most about 2 GiB at once. */
const READ_BYTES_MAX = 1_073_741_824;
const STANDARD_INPUT = 0;

const options = JSON.parse(process.argv[2]!) as ChildOptions;
const calls: CallMessage[] = [];
let session: Session | undefined;
let running = false;
let bytesSinceCollection = 0;
let cpuMicrosecondsSeen = 0;

// The parent is gone, or does not want this child any more.
process.once('disconnect', () => process.exit(0));
// A service manager may signal every process it knows: what that means is the parent's to say. Requests under way are still answered.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

if (options.purpose === 'measure') await tell({ kind: 'measured', addressBytes: addressSpacePeakBytes() });
else await load();

async function load(): Promise<void> {
  const bytes = readModel();
  if (options.purpose === 'try') {
    const scanned = scanModel(bytes);
    if (!scanned.ok) return tell({ kind: 'refused', fault: scanned.error });
  }
  const loaded = await loadSession(bytes, options.threads);
  if (!loaded.ok) return tell({ kind: 'refused', fault: loaded.error });
  await loaded.value.warmUp();
  session = loaded.value;
  cpuSecondsSince();
  await tell({ kind: 'ready', model: session.model, addressBytes: addressSpacePeakBytes() });
  collectAtRest();
  process.on('message', (call: CallMessage) => {
    calls.push(call);
    if (!running) void work(loaded.value);
  });
}

async function work(loaded: Session): Promise<void> {
  running = true;
  for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
    // The next call starts when this answer has left: should it kill the process, the parent knows that it was not this one.
    await tell(await answer(loaded, call));
    bytesSinceCollection += tensorBytes(call.data);
    if (bytesSinceCollection < COLLECT_BYTES_MIN) continue;
    bytesSinceCollection = 0;
    globalThis.gc?.();
  }
  running = false;
}

async function answer(loaded: Session, call: CallMessage): Promise<ChildMessage> {
  const result = await loaded.run(call);
  if (!result.ok) return { kind: 'failure', call: call.call, code: result.error.code, cpuSeconds: cpuSecondsSince() };
  const bytes = tensorBytes(result.value.data);
  bytesSinceCollection += bytes;
  if (bytes > options.outputBytesMax * call.requests) {
    return { kind: 'failure', call: call.call, code: 'output_too_large', cpuSeconds: cpuSecondsSince() };
  }
  const wanted = call.cut === undefined ? result.value : cutColumn(result.value, call.cut);
  if (wanted === undefined) return { kind: 'failure', call: call.call, code: 'not_by_row', cpuSeconds: cpuSecondsSince() };
  return { kind: 'answer', call: call.call, shapes: wanted.shapes, data: wanted.data, cpuSeconds: cpuSecondsSince() };
}

/** CPU time of this process since it was asked last. */
function cpuSecondsSince(): number {
  const { user, system } = process.cpuUsage();
  const seconds = (user + system - cpuMicrosecondsSeen) / 1e6;
  cpuMicrosecondsSeen = user + system;
  return seconds;
}

/** Bytes of tensors as the protocol writes them in binary: text with four bytes of length each. */
function tensorBytes(data: CallMessage['data']): number {
  let bytes = 0;
  for (const values of data) {
    if (Array.isArray(values)) for (const text of values) bytes += Buffer.byteLength(text) + 4;
    else bytes += values.byteLength;
  }
  return bytes;
}

function readModel(): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(options.modelBytes);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(STANDARD_INPUT, bytes, at, Math.min(READ_BYTES_MAX, bytes.length - at), at);
    if (read === 0) throw new Error('the copy of the model is shorter than it was');
    at += read;
  }
  return bytes;
}

function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    // Without a parent there is nobody to tell; `disconnect` ends the process.
    process.send?.(message, undefined, undefined, () => resolve());
  });
}
