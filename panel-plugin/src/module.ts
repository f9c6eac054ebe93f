import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { migrateOptions } from './migration';
import { ModelwatchPanel } from './modelwatch-panel';
import { PanelOptions } from './options';
import { suggest } from './suggestions';
import { VIEWS, viewNamed } from './views';

export const plugin = new PanelPlugin<PanelOptions>(ModelwatchPanel)
  .useFieldConfig({ standardOptions: { [FieldConfigProperty.Links]: {} } })
  .setPanelOptions((builder) => {
    builder.addSelect({
      path: 'view',
      name: 'View',
      defaultValue: VIEWS[0]?.name ?? '',
      settings: {
        options: VIEWS.map(({ name, label, description }) => ({ value: name, label, description })),
      },
    });
    builder.addBooleanSwitch({
      path: 'asTable',
      name: 'Show as table',
      description: 'The rows in words in place of the picture',
      defaultValue: false,
      showIf: ({ view }) => viewNamed(view) !== undefined,
    });
    for (const view of VIEWS) {
      view.addOptions?.(builder);
    }
  })
  .setDataSupport({ annotations: true })
  .setMigrationHandler(migrateOptions)
  .setSuggestionsSupplier(suggest);
