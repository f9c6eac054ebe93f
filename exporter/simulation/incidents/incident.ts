import type { Conditions } from '../conditions.js';
import { simulatedModel, type SimulatedModel } from '../simulated-model.js';

/** Something that goes wrong with one model at a known hour. A new one is a file beside these and a line in `index.ts`. */
export interface Incident {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly about: string;
  /** The alerts that name what it is; the first to fire must be one of them. */
  readonly expected: readonly string[];
  readonly model: SimulatedModel;
  readonly beginsHour: number;
  change(conditions: Conditions, hoursSince: number): void;
}

/** Past the first week, on a Friday afternoon: a week ago is known to the rules. */
export const BEGINS_HOUR = 8 * 24 + 14;

/** A model as a shop has it, with two replicas. It is watched for ten days. */
export const incidentModel = (name: string, seed: number, own: Partial<SimulatedModel> = {}): SimulatedModel =>
  simulatedModel({ name, seed, days: 10, requestsPerSecond: 5, critical: true, ...own });
