import { describe, expect, it } from '@jest/globals';
import { linearScale, ticksOf, timeTicksOf } from './axis-scale';
import { shorten } from './shorten';

describe('axis', () => {
  it('takes values to pixels, and those without an extent to the start', () => {
    const scale = linearScale([10, 20], [100, 0]);
    expect([10, 15, 20].map(scale)).toEqual([100, 50, 0]);
    expect(linearScale([3, 3], [5, 9])(3)).toBe(5);
    expect(linearScale([-1e308, 1e308], [5, 9])(0)).toBe(5);
  });

  it('gives round ticks within the extent, without the dust of adding up', () => {
    expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksOf(-7, 12, 4)).toEqual([-5, 0, 5, 10]);
    expect(ticksOf(0, 1e308, 4)).toEqual([0, 5e307, 1e308]);
    expect(ticksOf(2, 2, 4)).toEqual([2]);
    expect(ticksOf(-1e308, 1e308, 4)).toEqual([-1e308]);
  });

  it('puts ticks of time at round times of the zone, a bounded number', () => {
    const from = Date.UTC(2026, 2, 1, 9, 10);
    const hours = timeTicksOf(from, from + 6 * 3_600_000, 6, 'utc');
    expect(hours.map(({ text }) => text)).toEqual(['10:00', '11:00', '12:00', '13:00', '14:00', '15:00']);
    // UTC+5:30: a day begins at 18:30 of the day before.
    const days = timeTicksOf(from, from + 3 * 86_400_000, 4, 'Asia/Kolkata');
    expect(days.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual(['18:30', '18:30', '18:30']);
    expect(timeTicksOf(from, from, 5, 'utc')).toEqual([]);
    expect(timeTicksOf(0, 1e15, 5, 'utc').length).toBeLessThanOrEqual(6);
  });

  it('cuts text between whole signs', () => {
    expect(shorten('production', 5)).toBe('prod…');
    expect(shorten('👍👍👍👍', 3)).toBe('👍👍…');
    expect(shorten('short', 5)).toBe('short');
  });
});
