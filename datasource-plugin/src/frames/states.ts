import { MappingType, ValueMapping } from '@grafana/data';

/** Words with a colour each, so that a state is never told by its colour alone. */
export function coloured(colors: Readonly<Record<string, string>>): ValueMapping[] {
  const options = Object.fromEntries(Object.entries(colors).map(([state, color], index) => [state, { color, index }]));
  return [{ type: MappingType.ValueToText, options }];
}

/** Verdicts on a challenger. */
export const VERDICT_COLORS = coloured({ promote: 'green', hold: 'orange', reject: 'red', insufficient_data: 'text' });
/** Where a criterion of a verdict stands. */
export const CRITERION_COLORS = coloured({ met: 'green', open: 'orange', breached: 'red', insufficient_data: 'text' });
