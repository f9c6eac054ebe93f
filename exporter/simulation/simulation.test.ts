import { psiOfBin } from '@modelwatch/core';
import { describe, expect, it } from '@jest/globals';
import { hasProgram } from '../contract/debian-program.js';
import { featureWorlds } from './feature-world.js';
import { healthyFinding, incidentFinding } from './findings.js';
import { INCIDENTS, type Incident } from './incidents/index.js';
import { HEALTHY_LANES } from './lanes.js';
import { evaluate } from './promtool.js';
import { replay } from './replay.js';
import { run } from './run.js';
import { seasonShift } from './seasons.js';
import { seriesRead, simulatedRules } from './simulated-rules.js';
import { DAY_STEPS, featuresOf, HOUR_STEPS, simulatedModel } from './simulated-model.js';

/* The short form of `npm run simulate`: two days of a few models. The week before an incident is left out, in which the full form learns what is usual. */

const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const DAYS = 2;
const BEGINS_HOUR = 30;

const shortened = (name: string): Incident => {
  const incident = INCIDENTS.find((each) => each.name === name)!;
  return { ...incident, beginsHour: BEGINS_HOUR, model: { ...incident.model, days: DAYS, replicas: 1, features: featuresOf(0.3) } };
};

withPromtool('a short simulation', () => {
  it('is quiet where nothing is wrong, and finds what is by the alert that names it', async () => {
    const healthy = simulatedModel({ name: 'quiet', seed: 1, days: DAYS, requestsPerSecond: 3, features: featuresOf(0.3), restarts: [20] });
    const incidents = ['null-burst', 'latency-step', 'error-burst'].map(shortened);
    const watched = [{ model: healthy }, ...incidents.map((incident) => ({ model: incident.model, disturbance: incident }))];
    const told = await run(watched, HEALTHY_LANES);
    const quiet = healthyFinding(healthy, told);
    expect({ names: quiet.names, drift: quiet.falseDrift }).toEqual({ names: {}, drift: 0 });
    for (const incident of incidents) {
      const { first, firstSeconds, before } = incidentFinding(incident, told);
      expect({ name: incident.name, first, isExpected: incident.expected.includes(first!), before }).toEqual({
        name: incident.name,
        first,
        isExpected: true,
        before: 0,
      });
      expect(firstSeconds).toBeLessThan(8 * 3600);
    }
  }, 300_000);

  it('evaluates the PSI that the core computes of the counts that were drawn, near that of the shares they were drawn from', async () => {
    const model = simulatedModel({ name: 'm', seed: 4, days: 1, requestsPerSecond: 10 });
    const replayed = replay(model);
    const lane = HEALTHY_LANES.find(({ name }) => name === 'data')!;
    const rules = simulatedRules([model], lane, new Set(replayed.tracks.map(({ name }) => name)));
    const read = seriesRead(rules);
    const tracks = replayed.tracks.filter(({ name }) => read.has(name));
    const hour = 12;
    const expr = 'model_version_feature:modelwatch_feature_psi:1h{reference="baseline"}';
    const samples = await evaluate({ steps: DAY_STEPS / 2 + 1, tracks }, rules, lane.evaluationSeconds, expr);
    const found = new Map(samples.filter(({ seconds }) => seconds === hour * 3600).map(({ labels, value }) => [labels['feature'], value]));
    expect(found.size).toBe(model.features.length);
    for (const world of featureWorlds(model)) {
      const { name } = world.feature;
      const of = (metric: string) => tracks.filter((track) => track.name === metric && track.series.includes(`feature="${name}"`));
      const counts = of('modelwatch_feature_bin_total').map(({ samples: at }) => at[hour * HOUR_STEPS]! - at[(hour - 1) * HOUR_STEPS]!);
      const reference = of('modelwatch_baseline_bin_ratio').map(({ samples: at }) => at[hour * HOUR_STEPS]!);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const ofCore = counts.reduce((sum, count, bin) => sum + psiOfBin(count / total, reference[bin]!), 0);
      expect(found.get(name)).toBeCloseTo(ofCore, 6);
      // What the generator meant: the season of that hour, with the day's own deviation of 0.06 and chance beside it.
      const meant = world.sharesAt(seasonShift(world.feature, hour - 0.5), 1);
      const ofGenerator = meant.reduce((sum, share, bin) => sum + psiOfBin(share, world.trainingShares[bin]!), 0);
      expect(Math.abs(Math.sqrt(ofCore) - Math.sqrt(ofGenerator))).toBeLessThan(0.2);
    }
  }, 120_000);
});
