import { bareListener, serve } from './bare-server.js';
import { microBatches } from './micro-batches.js';
import { FEATURES, openSession } from './session.js';

const METADATA = JSON.stringify({
  name: 'boosting',
  versions: ['1'],
  platform: 'onnxruntime',
  inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, FEATURES] }],
  outputs: [
    { name: 'label', datatype: 'INT64', shape: [-1] },
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
  ],
});

// What the proxy stands in front of: the bare server with the model inside, which also says that it is ready and what the model takes.
const run = await openSession();
const infer = bareListener(microBatches(1, (values, done) => void run(values).then(done)));
serve((request, response) => {
  if (request.method === 'POST') infer(request, response);
  else response.writeHead(200, { 'Content-Type': 'application/json' }).end(METADATA);
});
