import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LATENCY_DIFFERENCE_SECONDS_EDGES, latencyDifference, LatencyPairs, latencyRatio } from '@modelwatch/core';
import { MODELS, startTestSidecar, until } from './test-sidecar.js';

const model = (name: string) => path.join(MODELS, `${name}.onnx`);
const champion = (name: string, file: string) => `
  - name: ${name}
    champion: { version: '1', onnx: { path: ${file} } }
    output: { tensor: y, column: 0 }`;
const challengers = (...entries: readonly string[]) => `\n    challengers: [${entries.join(', ')}]\n`;
const challenger = (version: string, file: string) => `{ version: '${version}', onnx: { path: ${file} } }`;
const yamlOf = (...models: readonly string[]) => `store: { path: ':memory:' }\nmodels:${models.join('')}\n`;
const REQUEST = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[0.25,0.5]}]}';
const labels = (version: string) => `model="m",version="${version}",role="challenger"`;

describe('challengers over a reload', () => {
  const identity = model('identity-fp32');

  it('that go take every series of theirs along', async () => {
    const sidecar = await startTestSidecar(yamlOf(champion('m', identity), challengers(challenger('2', identity))));
    try {
      const ofChallengers = async () =>
        [...(await sidecar.seriesOf('modelwatch_')).keys()].filter((name) => name.includes('role="challenger"'));
      await until(async () => (await sidecar.series(`modelwatch_model_ready{${labels('2')}}`)) === 1);
      await sidecar.post('/v2/models/m/infer', REQUEST);
      await until(async () => (await sidecar.series(`modelwatch_scoring_duration_seconds_count{${labels('2')}}`)) === 1);
      expect(await sidecar.series(`modelwatch_scorer_batch_rows_count{${labels('2')}}`)).toBeGreaterThan(0);
      await sidecar.sidecar.reload(await sidecar.configOf(yamlOf(champion('m', identity))));
      expect(await ofChallengers()).toEqual([]);
      // One of that version that comes again counts from 0.
      await sidecar.sidecar.reload(await sidecar.configOf(yamlOf(champion('m', identity), challengers(challenger('2', identity)))));
      expect(await sidecar.series(`modelwatch_scoring_duration_seconds_count{${labels('2')}}`)).toBe(0);
    } finally {
      await sidecar.close();
    }
  }, 60_000);

  it('that is refused stay as they are, and those that were loading for it end', async () => {
    const sidecar = await startTestSidecar(yamlOf(champion('m', identity), challengers(challenger('2', identity))));
    try {
      await until(async () => (await sidecar.series(`modelwatch_model_ready{${labels('2')}}`)) === 1);
      await sidecar.post('/v2/models/m/infer', REQUEST);
      await until(async () => (await sidecar.series(`modelwatch_shadow_outcomes_total{${labels('2')},outcome="scored"}`)) === 1);
      const refused = yamlOf(
        champion('m', identity),
        challengers(challenger('2', identity), challenger('3', model('gradient-boosting-30'))),
        champion('broken', model('garbage')),
      );
      await expect(sidecar.sidecar.reload(await sidecar.configOf(refused))).rejects.toThrow('broken');
      expect(await sidecar.series(`modelwatch_model_info{${labels('3')},source="onnx",team="unassigned"}`)).toBeUndefined();
      await sidecar.post('/v2/models/m/infer', REQUEST);
      await until(async () => (await sidecar.series(`modelwatch_shadow_outcomes_total{${labels('2')},outcome="scored"}`)) === 2);
      expect(await sidecar.series(`modelwatch_shadow_sent_total{${labels('2')}}`)).toBe(2);
    } finally {
      await sidecar.close();
    }
  }, 60_000);

  it('whose file is not there are as those whose file is no model: skipped, and tried again', async () => {
    const sidecar = await startTestSidecar(yamlOf(champion('m', identity)));
    try {
      const later = path.join(sidecar.folder, 'later.onnx');
      const yaml = yamlOf(champion('m', identity), challengers(challenger('absent', later), challenger('garbage', model('garbage'))));
      await sidecar.sidecar.reload(await sidecar.configOf(yaml));
      await sidecar.post('/v2/models/m/infer', REQUEST);
      for (const version of ['absent', 'garbage']) {
        await until(async () => (await sidecar.series(`modelwatch_shadow_outcomes_total{${labels(version)},outcome="skipped"}`)) === 1);
        expect(await sidecar.series(`modelwatch_model_ready{${labels(version)}}`)).toBe(0);
      }
      await copyFile(identity, later);
      await sidecar.sidecar.reload(await sidecar.configOf(yaml));
      await until(async () => (await sidecar.series(`modelwatch_model_ready{${labels('absent')}}`)) === 1);
    } finally {
      await sidecar.close();
    }
  }, 60_000);
});

describe('the counters of a challenger', () => {
  it('are the sums of which the API reads latencies', async () => {
    const identity = model('identity-fp32');
    const requests = 150;
    // Room for all of them: a busy machine may hold up a child of low priority meanwhile.
    const roomy = `{ version: '2', onnx: { path: ${identity} }, inFlightMax: ${requests} }`;
    const sidecar = await startTestSidecar(yamlOf(champion('m', identity), challengers(roomy)));
    try {
      await until(async () => (await sidecar.series(`modelwatch_model_ready{${labels('2')}}`)) === 1);
      for (let i = 0; i < requests; i++) await sidecar.post('/v2/models/m/infer', REQUEST);
      await until(async () => (await sidecar.series(`modelwatch_shadow_outcomes_total{${labels('2')},outcome="scored"}`)) === requests);
      const page = await sidecar.seriesOf('modelwatch_shadow_');
      const of = (name: string, more = '') => page.get(`modelwatch_shadow_${name}_total{${labels('2')}${more}}`)!;
      const [championSeconds, challengerSeconds] = [of('champion_seconds'), of('challenger_seconds')];
      const rebuilt = LatencyPairs.fromJSON({
        champion: championSeconds,
        challenger: challengerSeconds,
        championSquared: of('champion_latency_squared'),
        challengerSquared: of('challenger_latency_squared'),
        missing: of('latency_missing'),
        differences: {
          bins: [...LATENCY_DIFFERENCE_SECONDS_EDGES, '+Inf'].map((edge) => of('latency_difference_bin', `,bin="${edge}"`)),
          over: Math.max(0, challengerSeconds - championSeconds),
          under: Math.max(0, championSeconds - challengerSeconds),
          squared: of('latency_difference_squared'),
        },
      });
      expect(rebuilt.count + rebuilt.missing).toBe(requests);
      const told = (await (await fetch(`${sidecar.url}/v1/models/m/challengers`)).json()) as {
        challengers: readonly [{ latency: Record<'ratio' | 'differenceSeconds', Record<'value' | 'lower' | 'upper', number>> }];
      };
      const { ratio, differenceSeconds } = told.challengers[0].latency;
      for (const [reading, expected] of [
        [ratio, latencyRatio(rebuilt, 0.99)],
        [differenceSeconds, latencyDifference(rebuilt, 0.99)],
      ] as const) {
        if (expected.kind === 'undetermined') throw new Error('so many pairs are enough');
        for (const part of ['value', 'lower', 'upper'] as const) expect(reading[part]).toBeCloseTo(expected[part], 9);
      }
    } finally {
      await sidecar.close();
    }
  }, 60_000);
});
