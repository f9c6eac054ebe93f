import type { ModelConfig } from '@modelwatch/core';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

/** A rule has what it needs, a private feature has no rule, and its values stand in no label of a slice. */
export function checkSamples({ samples, slices = [], private: names = [] }: Part<ModelConfig>, path: Path, report: Report): void {
  const hidden = new Set(names);
  for (const [feature, mask] of Object.entries(samples?.masks ?? {})) {
    const place = [...path, 'samples', 'masks', feature];
    if (hidden.has(feature)) {
      report(place, `the feature ${quote(feature)} is private, and has a rule`, { expected: 'one of the two', spot: 'key' });
    }
    const { rule, length, width } = mask ?? {};
    if (rule === 'truncate' && length === undefined) report(place, 'truncate needs the length that it leaves', { spot: 'key' });
    if (rule === 'bucket' && width === undefined) report(place, 'bucket needs the width of its intervals', { spot: 'key' });
  }
  slices.forEach((slice, index) => {
    if (slice?.name === undefined || slice.header !== undefined) return;
    const feature = slice.feature ?? slice.name;
    if (hidden.has(feature))
      report([...path, 'slices', index], `the feature ${quote(feature)} is private, and the values of a slice are shown`);
  });
}
