import { openSession } from './session.js';

const run = await openSession();
process.on('message', (values: Float32Array) => {
  void run(values).then((score) => process.send!(score));
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');
