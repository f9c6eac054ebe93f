import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, shown } from '../bound-frame';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'model', type: FieldType.string, meaning: 'the model' },
  { name: 'version', type: FieldType.string, meaning: 'the version' },
  { name: 'stage', type: FieldType.string, meaning: 'champion, challenger, archived or any other stage' },
  { name: 'health', type: FieldType.string, optional: true, meaning: 'health in a word; colours by value mappings' },
  { name: 'verdict', type: FieldType.string, optional: true, meaning: 'what the shadow comparison says' },
  { name: 'deployed', type: FieldType.time, optional: true, meaning: 'last deploy' },
];

/** The board draws at most this many versions; the rest is counted in words. */
export const VERSIONS_MAX = 500;

export interface Shown {
  readonly text: string;
  readonly color?: string;
}

export interface BoardEntry {
  readonly model: string;
  readonly version: string;
  readonly health?: Shown;
  readonly verdict?: Shown;
  readonly deployed?: string;
  readonly links: readonly LinkModel[];
}

export interface RegistryBoard {
  readonly stages: ReadonlyArray<{ readonly stage: string; readonly entries: readonly BoardEntry[] }>;
  readonly modelCount: number;
  readonly versionCount: number;
  readonly leftOutCount: number;
}

/** Versions grouped by stage, stages in the order in which the frame first names them. */
export function registryBoard(bound: BoundFrame): RegistryBoard {
  const stages = new Map<string, BoardEntry[]>();
  const models = new Set<string>();
  const cell = (name: string, row: number): Shown | undefined => {
    const field = bound.fields.get(name);
    const value: unknown = field?.values[row];
    return value === undefined || value === null || value === '' ? undefined : shown(field, value);
  };
  const drawnCount = Math.min(bound.frame.length, VERSIONS_MAX);
  for (let row = 0; row < bound.frame.length; row++) {
    const model = cell('model', row)?.text ?? 'unknown';
    models.add(model);
    if (row >= drawnCount) {
      continue;
    }
    const stage = cell('stage', row)?.text ?? 'no stage';
    const entries = stages.get(stage) ?? [];
    stages.set(stage, entries);
    entries.push({
      model,
      version: cell('version', row)?.text ?? 'unknown',
      health: cell('health', row),
      verdict: cell('verdict', row),
      deployed: cell('deployed', row)?.text,
      links: linksAt(bound, ['model', 'version', 'health', 'verdict'], row),
    });
  }
  return {
    stages: [...stages].map(([stage, entries]) => ({ stage, entries })),
    modelCount: models.size,
    versionCount: bound.frame.length,
    leftOutCount: bound.frame.length - drawnCount,
  };
}
