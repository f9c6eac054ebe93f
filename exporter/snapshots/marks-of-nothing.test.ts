import { expect, it } from '@jest/globals';
import type { SnapshotKey } from '../store/index.js';
import { marksOfNothing } from './marks-of-nothing.js';

const keyOf = ({ model, version, role, subject, name, bins }: SnapshotKey) => JSON.stringify([model, version, role, subject, name, bins]);
const feature: SnapshotKey = { model: 'm', version: '1', role: 'champion', subject: 'feature', name: 'f', bins: 'now' };
const counted = new Map([feature, { ...feature, subject: 'output' as const, name: '' }].map((key) => [keyOf(key), key]));

const told = ['1', '2'].map((version) => ({ model: 'm', version, role: 'champion' }));

it('forgets marks of what is counted by other bins now and of versions that are forgotten, and of nothing else', async () => {
  const before = { ...feature, bins: 'before' };
  const stay: readonly SnapshotKey[] = [
    ...counted.values(),
    { ...before, model: 'not configured any more' },
    { ...before, version: '2' },
    { ...before, name: 'another feature' },
    { ...feature, subject: 'quality', name: '', bins: '' },
    { ...feature, subject: 'slice', name: '["tenant","a"]', bins: '' },
  ];
  const gone: SnapshotKey = { ...feature, subject: 'slice', name: '["tenant","a"]', bins: '', version: '0' };
  const go = [before, { ...before, subject: 'output' as const, name: '' }, gone, { ...feature, role: 'challenger' as const }];
  const marks = [...stay, ...go].map(keyOf);
  expect(await marksOfNothing(marks, counted, told)).toEqual(go.map(keyOf));
});

it('looks through many without holding the event loop', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const marks = Array.from({ length: 50_000 }, (_, i) => keyOf({ ...feature, bins: `b${i}` }));
  expect(await marksOfNothing(marks, counted, told)).toHaveLength(50_000);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});
