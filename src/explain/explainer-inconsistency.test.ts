import { describe, expect, it } from '@jest/globals';
import { expectNear, goldenCases } from './conformance.js';
import { explainerInconsistency, type AttributionPlace } from './index.js';

interface InconsistencyCase {
  readonly name: string;
  readonly recorded: readonly (readonly number[])[];
  readonly explained: readonly (readonly number[])[];
  readonly toleranceAbsolute: number;
  readonly failures: number;
  readonly differenceMax: number;
  readonly worst: AttributionPlace;
}

describe('explainer inconsistency', () => {
  it.each(goldenCases<InconsistencyCase>('explainer-inconsistency'))("is numpy's: $name", (golden) => {
    const { differenceMax: reading, ...counted } = explainerInconsistency(golden);
    expect(counted).toEqual({ rows: golden.recorded.length, failures: golden.failures, unexplained: 0, worst: golden.worst });
    expectNear([reading.kind === 'measured' ? reading.value : NaN], [golden.differenceMax]);
  });

  it('holds a difference at the tolerance for none', () => {
    const { failures } = explainerInconsistency({ recorded: [[0], [0]], explained: [[0.5], [-0.5000001]], toleranceAbsolute: 0.5 });
    expect(failures).toBe(1);
  });

  it('counts a row that could not be explained as a failure, and tells it apart', () => {
    const recorded = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(explainerInconsistency({ recorded, explained: [undefined, [3, NaN], [5, 6.5]], toleranceAbsolute: 1 })).toEqual({
      rows: 3,
      failures: 2,
      unexplained: 2,
      differenceMax: { kind: 'measured', value: 0.5 },
      worst: { row: 2, feature: 1 },
    });
  });

  it('is undetermined where no row was explained', () => {
    const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
    expect(explainerInconsistency({ recorded: [], explained: [], toleranceAbsolute: 1 })).toEqual({
      rows: 0,
      failures: 0,
      unexplained: 0,
      differenceMax: tooLittle,
    });
    expect(explainerInconsistency({ recorded: [[1]], explained: [undefined], toleranceAbsolute: 1 })).toEqual({
      rows: 1,
      failures: 1,
      unexplained: 1,
      differenceMax: tooLittle,
    });
  });

  it('refuses rows that are not those of the record', () => {
    const record = { recorded: [[1, 2]], toleranceAbsolute: 0.1 };
    expect(() => explainerInconsistency({ ...record, explained: [] })).toThrow(
      'explainer inconsistency needs a row for each recorded one, got 0 for 1',
    );
    expect(() => explainerInconsistency({ ...record, explained: [[1]] })).toThrow(
      'explainer inconsistency needs equal features, got 1 explained and 2 recorded',
    );
    expect(() => explainerInconsistency({ ...record, explained: [[1, 2]], toleranceAbsolute: NaN })).toThrow(
      'explainer inconsistency needs a tolerance of at least 0, got NaN',
    );
  });
});
