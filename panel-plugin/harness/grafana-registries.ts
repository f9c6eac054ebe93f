import {
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigPropertyItem,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  StandardEditorsRegistryItem,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

/* Grafana fills these registries from its own code, not from its packages: a plugin's options name editors by id, and its fields
   have the standard options. The harness shows no editor pane, so an editor is its name alone. */

const EDITORS = [
  ...['text', 'number', 'slider', 'boolean', 'radio', 'select', 'multi-select', 'color', 'fieldColor', 'unit', 'strings', 'links'],
  ...['mappings', 'thresholds', 'stats-picker', 'data-links', 'field-name', 'field-type', 'timezone', 'dashboard-uid', 'variable-name'],
];

const editorNamed = (id: string): StandardEditorsRegistryItem => ({ id, name: id, editor: () => null });

type Process = FieldConfigPropertyItem['process'];

const STANDARD: ReadonlyArray<readonly [string, Process]> = [
  ['unit', unitOverrideProcessor],
  ['min', numberOverrideProcessor],
  ['max', numberOverrideProcessor],
  ['decimals', numberOverrideProcessor],
  ['displayName', displayNameOverrideProcessor],
  ['color', identityOverrideProcessor],
  ['noValue', stringOverrideProcessor],
  ['links', dataLinksOverrideProcessor],
  ['mappings', valueMappingsOverrideProcessor],
  ['thresholds', thresholdsOverrideProcessor],
  ['filterable', identityOverrideProcessor],
];

export function fillRegistries(): void {
  standardEditorsRegistry.setInit(() => EDITORS.map(editorNamed));
  standardFieldConfigEditorRegistry.setInit(() =>
    STANDARD.map(([path, process]) => ({
      id: path,
      path,
      name: path,
      description: '',
      settings: {},
      process,
      shouldApply: () => true,
      editor: () => null,
      override: () => null,
    })),
  );
}
