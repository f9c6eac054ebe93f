import { featuresOf, simulatedModel, type SimulatedModel } from './simulated-model.js';

const DAY = 24;
/** A deploy on a working day at ten. */
const at = (day: number) => ({ hour: day * DAY + 10 });

/**
 * Twenty models that nothing is wrong with. Half of them swing with the day and the week as shops do, some hardly; five have so little traffic that an
 * hour holds a few dozen requests; some have two replicas, some are deployed anew, and replicas die.
 */
export const HEALTHY: readonly SimulatedModel[] = [
  simulatedModel({ name: 'basket', seed: 101, requestsPerSecond: 8, replicas: 2, critical: true, deploys: [at(12)] }),
  simulatedModel({ name: 'ranking', seed: 102, requestsPerSecond: 20, critical: true, restarts: [301] }),
  simulatedModel({ name: 'fraud', seed: 103, requestsPerSecond: 5, critical: true, features: featuresOf(0.8) }),
  simulatedModel({ name: 'delivery', seed: 104, requestsPerSecond: 3, features: featuresOf(0.9), truthDelayHours: 20 }),
  simulatedModel({ name: 'churn', seed: 105, requestsPerSecond: 1, features: featuresOf(0.6), truthDelayHours: 36 }),
  simulatedModel({ name: 'search', seed: 106, requestsPerSecond: 30, replicas: 2, restarts: [77, 500] }),
  simulatedModel({ name: 'pricing', seed: 107, requestsPerSecond: 2, deploys: [at(5), at(19)] }),
  simulatedModel({ name: 'returns', seed: 108, requestsPerSecond: 1.5, features: featuresOf(0.7) }),
  simulatedModel({ name: 'credit', seed: 109, requestsPerSecond: 0.8, critical: true, features: featuresOf(0.5) }),
  simulatedModel({ name: 'spam', seed: 110, requestsPerSecond: 10, features: featuresOf(0.4), restarts: [200] }),
  simulatedModel({ name: 'travel', seed: 111, requestsPerSecond: 4, dailyVolume: 0.9, weekendVolume: 1.6 }),
  simulatedModel({ name: 'energy', seed: 112, requestsPerSecond: 2, dailyVolume: 0.3, weekendVolume: 1, features: featuresOf(0.3) }),
  simulatedModel({ name: 'support', seed: 113, requestsPerSecond: 1, dailyVolume: 0.85, weekendVolume: 0.3, features: featuresOf(0.6) }),
  simulatedModel({ name: 'offers', seed: 114, requestsPerSecond: 6, deploys: [at(8)], features: featuresOf(1.1) }),
  simulatedModel({ name: 'images', seed: 115, requestsPerSecond: 3, latencyMedianSeconds: 0.07, features: featuresOf(0.5) }),
  // Little traffic: a few dozen to a few hundred requests an hour.
  simulatedModel({ name: 'b2b-leads', seed: 116, requestsPerSecond: 0.05, weekendVolume: 0.2, features: featuresOf(0.5) }),
  simulatedModel({ name: 'warranty', seed: 117, requestsPerSecond: 0.02, features: featuresOf(0.7) }),
  simulatedModel({ name: 'mortgage', seed: 118, requestsPerSecond: 0.01, critical: true, features: featuresOf(0.4) }),
  simulatedModel({ name: 'claims', seed: 119, requestsPerSecond: 0.1, replicas: 2, deploys: [at(15)] }),
  simulatedModel({ name: 'triage', seed: 120, requestsPerSecond: 0.03, features: featuresOf(0.9), restarts: [400] }),
];
