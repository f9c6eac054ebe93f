import { bareListener, serve } from './bare-server.js';
import { microBatches } from './micro-batches.js';
import { openSession } from './session.js';

// node:http with the model inside: no hop to a child, and the event loop stands still while the model runs.
const run = await openSession();
serve(bareListener(microBatches(1, (values, done) => void run(values).then(done))));
