import type { Baseline } from '@modelwatch/core';

const BINS = 10;

/** A baseline of so many numeric features with ten bins each: 46 series a feature. */
export function wideBaseline(model: string, features: number): Baseline {
  const column = (name: string) => ({
    name,
    kind: 'numeric' as const,
    edges: Array.from({ length: BINS - 1 }, (_, i) => (i + 1) / BINS),
    counts: Array.from({ length: BINS }, (_, i) => 145 + i),
    missing: 5,
    moments: { count: 1495, mean: 0.5, m2: 120, min: 0, max: 1 },
  });
  return {
    schemaVersion: 1,
    model,
    version: '1',
    provenance: { createdAt: '2025-01-01T00:00:00Z', rows: 1500, files: [], tool: 'modelwatch reliability' },
    features: Array.from({ length: features }, (_, i) => column(`feature_${i}`)),
    output: column('score'),
    goldenRows: { features: [], outputs: [], toleranceAbsolute: 1e-5 },
  };
}
