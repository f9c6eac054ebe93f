import type { AlertmanagerConfig, ModelConfig, ReceiverKind } from '../../contracts/index.js';
import type { YamlValue } from '../yaml-text.js';

/** Takes alerts that no team of the configuration is labelled with. */
export const UNROUTED = 'unrouted';
/** Takes what only silences others. */
export const NOBODY = 'nobody';

export const pagerOf = (team: string): string => `${team}-pager`;
export const ticketsOf = (team: string): string => `${team}-tickets`;
export const ownerReceiver = (owner: string): string => `${owner}-owner`;

/** Values in the order of their first use. */
export const teamsOf = (models: readonly ModelConfig[]): readonly string[] => [...new Set(models.map(({ team }) => team))];
export const ownersOf = (models: readonly ModelConfig[]): readonly string[] => [
  ...new Set(models.flatMap(({ businessOwner }) => businessOwner ?? [])),
];

/** Receivers of all teams and owners. A secret stands in a file of the receiver's name, and never here. */
export function receivers(models: readonly ModelConfig[], { pager, tickets, owners, secretsFolder }: AlertmanagerConfig): YamlValue[] {
  const receiver = (name: string, kind: ReceiverKind): YamlValue => ({ name, ...configOf(kind, name, `${secretsFolder}/${name}`) });
  return [
    receiver(UNROUTED, tickets),
    { name: NOBODY },
    ...teamsOf(models).flatMap((team) => [receiver(pagerOf(team), pager), receiver(ticketsOf(team), tickets)]),
    ...ownersOf(models).map((owner) => receiver(ownerReceiver(owner), owners)),
  ];
}

const SUMMARIES = '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}';

function configOf(kind: ReceiverKind, name: string, secret: string): Readonly<Record<string, YamlValue>> {
  switch (kind) {
    case 'none':
      return {};
    case 'pagerduty':
      return { pagerduty_configs: [{ routing_key_file: secret, description: SUMMARIES }] };
    case 'opsgenie':
      return { opsgenie_configs: [{ api_key_file: secret, message: SUMMARIES }] };
    case 'slack':
      return {
        slack_configs: [
          {
            api_url_file: secret,
            channel: `#${name}`,
            send_resolved: true,
            title: '{{ .CommonLabels.model }}: {{ .Alerts.Firing | len }} firing',
            text: '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }} {{ .Annotations.dashboard_url }}\n{{ end }}',
          },
        ],
      };
  }
}
