import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { migrateOptions } from './migration';
import { ModelwatchPanel } from './modelwatch-panel';
import { PanelOptions } from './options';
import { suggest } from './suggestions';
import { VIEWS } from './views';

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
    for (const view of VIEWS) {
      view.addOptions?.(builder);
    }
  })
  .setMigrationHandler(migrateOptions)
  .setSuggestionsSupplier(suggest);
