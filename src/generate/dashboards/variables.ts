import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

/** The Prometheus data source that holds the series, chosen on the board: its uid stands nowhere, so that a board can be imported anywhere. */
export const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' } as const;
/** The data source that asks the sidecar, likewise. */
export const MODELWATCH = { type: 'modelwatch-datasource', uid: '${modelwatch}' } as const;

/** What a board lets its reader choose, beside the data sources. */
export type Choice = 'model' | 'models' | 'version' | 'slice' | 'slice_value' | 'feature';

interface Values {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly query: string;
  readonly several: boolean;
}

const VALUES: Readonly<Record<Choice, Values>> = {
  model: {
    name: 'model',
    label: 'Model',
    description: 'Which model.',
    query: 'label_values(modelwatch_model_info, model)',
    several: false,
  },
  models: {
    name: 'model',
    label: 'Model',
    description: 'Which models.',
    query: 'label_values(modelwatch_model_info, model)',
    several: true,
  },
  version: {
    name: 'version',
    label: 'Version',
    description: 'Which versions, challengers among them.',
    query: 'label_values(modelwatch_model_info{model=~"$model"}, version)',
    several: true,
  },
  slice: {
    name: 'slice',
    label: 'Slice',
    description: 'By what quality is broken down.',
    query: 'label_values(modelwatch_slice_predictions_total{model=~"$model"}, slice)',
    several: true,
  },
  slice_value: {
    name: 'slice_value',
    label: 'Slice value',
    description: 'Which values of the slice.',
    query: 'label_values(modelwatch_slice_predictions_total{model=~"$model",slice=~"$slice"}, slice_value)',
    several: true,
  },
  feature: {
    name: 'feature',
    label: 'Feature',
    description: 'The feature that is looked at closely.',
    query: 'label_values(modelwatch_baseline_values{model=~"$model"}, feature)',
    several: false,
  },
};

/** The variables of a board: both data sources, and what it lets its reader choose. */
export function boardVariables(choices: readonly Choice[]): readonly { build(): dashboard.VariableModel }[] {
  return [
    source('datasource', 'Prometheus data source', 'prometheus', 'The Prometheus that scrapes the sidecars and evaluates their rules.'),
    source('modelwatch', 'Modelwatch data source', 'modelwatch-datasource', 'The sidecar that is asked for what series do not hold.'),
    ...choices.map((choice) => values(VALUES[choice])),
  ];
}

const source = (name: string, label: string, type: string, description: string): dashboard.DatasourceVariableBuilder =>
  new dashboard.DatasourceVariableBuilder(name)
    .label(label)
    .description(description)
    .type(type)
    .regex('')
    .hide(dashboard.VariableHide.DontHide);

function values({ name, label, description, query, several }: Values): dashboard.QueryVariableBuilder {
  const variable = new dashboard.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(PROMETHEUS)
    .query({ query, refId: `Variable-${name}` })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .hide(dashboard.VariableHide.DontHide)
    .multi(several)
    .includeAll(several);
  return several ? variable.current({ selected: true, text: 'All', value: '$__all' }) : variable;
}
