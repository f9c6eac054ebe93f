import { domainReport, seededRandom } from '@modelwatch/core';
import type { DomainJob } from './domain-runner.js';

// A process of its own: a classifier takes seconds of the thread it runs on. One job, one answer.
process.once('message', (job) => {
  const { seed, ...input } = job as DomainJob;
  const report = domainReport({ ...input, randomAnew: () => seededRandom(seed) });
  process.send!(report, undefined, undefined, () => {
    process.disconnect();
  });
});
