import { name } from './config-parts.js';

/** Services that take messages of Alertmanager with a secret that can stand in a file of its own. */
export const RECEIVER_KINDS = ['none', 'pagerduty', 'opsgenie', 'slack'] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

const kind = (description: string) => ({ enum: RECEIVER_KINDS, default: 'none', description }) as const;
const clock = (description: string) => ({ type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$', description }) as const;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** What of alerts is sent where: Alertmanager's configuration, which `modelwatch rules` writes. */
export const alertmanager = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: "Alertmanager's configuration. Receivers are made for each team, and hold what they get until a kind is set.",
  properties: {
    secretsFolder: {
      type: 'string',
      pattern: '^/[A-Za-z0-9._/-]*$',
      default: '/etc/alertmanager/secrets',
      description: 'Folder, as Alertmanager sees it, with a file for each receiver, of its name, that holds its secret.',
    },
    pager: kind('What wakes a team: its receiver is `<team>-pager`.'),
    tickets: kind('What takes what can wait: its receiver is `<team>-tickets`.'),
    owners: kind('What tells the business owner of a model that its quality or its objectives suffer: the receiver is `<owner>-owner`.'),
    sidecars: {
      type: 'array',
      maxItems: 20,
      default: [],
      items: { type: 'string', format: 'uri', pattern: '^https?://' },
      description:
        'Sidecars that are told of every alert of Modelwatch, to keep a log of them: each an origin as Alertmanager reaches it, one replica of those that watch the same models. The receiver is `modelwatch`; where a sidecar asks for a token, its file in `secretsFolder` holds one of the scope `ingest`.',
    },
    maintenance: {
      type: 'array',
      maxItems: 50,
      default: [],
      description: 'Weekly times in which tickets are not sent. Pages always are.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: name('Of the time interval.'),
          weekdays: { type: 'array', minItems: 1, maxItems: 7, items: { enum: DAYS }, description: 'Every day, where left out.' },
          start: clock('Beginning, such as 02:00; the whole day, where left out.'),
          end: clock('End, later on the same day.'),
          location: { type: 'string', pattern: '^[A-Za-z0-9_+/-]+$', default: 'UTC', description: 'Time zone, such as Europe/Berlin.' },
        },
      },
    },
  },
} as const;
