import { bareListener, serve } from './bare-server.js';
import { forkScorer } from './child-scorer.js';

// node:http with a scorer child and micro-batches: the same machinery as Modelwatch, watching nothing and checking nothing.
serve(bareListener(await forkScorer()));
