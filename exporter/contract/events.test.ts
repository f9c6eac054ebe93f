import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar("store: { path: ':memory:' }\nmodels: [{ name: m, champion: { version: '1' } }]\n");
});
afterAll(() => sidecar.close());

const post = async (event: object, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await sidecar.post('/v1/events', JSON.stringify(event), { 'content-type': 'application/json', ...headers });
  const body = answer.json() as { readonly outcome?: string; readonly code?: string };
  return [answer.status, body.outcome ?? body.code];
};
const get = async (query: string) => {
  const response = await fetch(`${sidecar.url}/v1/events${query}`);
  return { status: response.status, ...((await response.json()) as { events?: { id: string }[]; next?: string; code?: string }) };
};

describe('the log of events', () => {
  it('takes start and end of a job under one key, each as often as it is sent', async () => {
    const key = { 'idempotency-key': 'job-1' };
    const start = { kind: 'training_job', model: 'm', status: 'running', time: '2027-01-15T08:00:00Z' };
    const end = { kind: 'training_job', model: 'm', status: 'failed', endTime: 1_800_000_060 };
    expect([await post(start, key), await post(start, key), await post(end, key), await post(end, key)]).toEqual([
      [200, 'recorded'],
      [200, 'duplicate'],
      [200, 'updated'],
      [200, 'duplicate'],
    ]);
    expect(await post({ ...end, status: 'succeeded' }, key)).toEqual([409, 'event_conflict']);
    expect((await get('?kind=training_job')).events).toEqual([
      { id: 'job-1', kind: 'training_job', model: 'm', status: 'failed', timeSeconds: 1_800_000_000, endSeconds: 1_800_000_060 },
    ]);
  });

  it('is counted by model, kind and outcome from the start, names that are not configured together', async () => {
    const count = async (name: string, labels: string) => sidecar.series(`modelwatch_log_${name}{${labels}}`);
    expect(await count('events_total', 'model="m",kind="rollback"')).toBe(0);
    expect(await count('events_ended_total', 'model="m",kind="retrain",outcome="failed"')).toBe(0);
    const retrain = { id: 'r-1', kind: 'retrain', model: 'm', time: 1_800_000_000 };
    await post({ ...retrain, status: 'running' });
    for (let again = 0; again < 2; again++) await post({ ...retrain, status: 'failed', endTime: 1_800_003_000 });
    await post({ id: 'x-1', kind: 'deploy', model: 'typo', time: 1_800_000_000 });
    await post({ id: 'x-2', kind: 'deploy', model: 'm', version: '2', time: 1_800_000_500 });
    expect(await count('events_total', 'model="m",kind="retrain"')).toBe(1);
    expect(await count('events_ended_total', 'model="m",kind="retrain",outcome="failed"')).toBe(1);
    expect(await count('event_duration_seconds_sum', 'model="m",kind="retrain"')).toBe(3000);
    expect(await count('event_duration_seconds_bucket', 'model="m",kind="retrain",le="1800"')).toBe(0);
    expect(await count('event_duration_seconds_bucket', 'model="m",kind="retrain",le="3600"')).toBe(1);
    expect(await count('events_total', 'model="__other__",kind="deploy"')).toBe(1);
    expect(await count('events_total', 'model="typo",kind="deploy"')).toBeUndefined();
    expect(await count('event_timestamp_seconds', 'model="m",kind="deploy"')).toBe(1_800_000_500);
    expect(await count('event_timestamp_seconds', 'model="m",kind="retrain"')).toBeUndefined();
  });

  it('is read page by page', async () => {
    for (let i = 0; i < 5; i++) await post({ id: `d-${i}`, kind: 'deploy', model: 'm', time: 4_000_000_000 + i });
    const ids: string[] = [];
    let query = '?model=m&from=4000000001&to=4000000004&limit=2';
    for (;;) {
      const { events = [], next } = await get(query);
      ids.push(...events.map(({ id }) => id));
      if (next === undefined) break;
      query = `?model=m&from=4000000001&to=4000000004&limit=2&after=${next}`;
    }
    expect(ids).toEqual(['d-1', 'd-2', 'd-3']);
  });

  it.each([
    [{ kind: 'deploy' }, 'missing_field'],
    [{ id: 'x', kind: 'party' }, 'invalid_form'],
    [{ id: 'registry:p-1', kind: 'promotion' }, 'invalid_value'],
    [{ id: 'x', kind: 'deploy', more: 1 }, 'unknown_field'],
    [{ id: 'x', kind: 'deploy', model: 'a/b' }, 'invalid_form'],
    [{ id: 'x', kind: 'incident', time: 10, endTime: 9 }, 'invalid_value'],
  ])('refuses %j', async (event, code) => {
    expect(await post(event)).toEqual([400, code]);
  });

  it.each([
    '?kind=party',
    '?limit=0',
    '?limit=1001',
    '?limit=1e2',
    '?from=soon',
    '?from=2&to=1',
    '?after=x',
    '?colour=red',
    '?kind=deploy&kind=deploy',
  ])('refuses %s', async (query) => {
    expect((await get(query)).status).toBe(400);
  });
});
