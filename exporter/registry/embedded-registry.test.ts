import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { testClock } from '../store/conformance.js';
import { openSqliteStore } from '../store/index.js';
import { registryConformance } from './conformance.js';
import { createEmbeddedRegistry } from './embedded-registry.js';

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-registry-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});

describe('the embedded registry', () => {
  registryConformance({
    async open(place) {
      const store = await openSqliteStore({
        path: path.join(directory, place),
        models: [],
        queueEntriesMax: 10,
        predictionsMax: 10,
        clock: testClock(),
      });
      return { registry: createEmbeddedRegistry(() => store), close: () => store.close() };
    },
  });
});
