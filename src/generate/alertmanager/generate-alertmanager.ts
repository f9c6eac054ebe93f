import type { AlertmanagerConfig, Config, ModelConfig } from '../../contracts/index.js';
import { ALERT_FAMILIES } from '../alerts/index.js';
import { GENERATED_NOTICE, type GeneratedFile } from '../rule-file.js';
import { matcherOf } from '../selector.js';
import { combinedSlos } from '../slo/combined-slos.js';
import { toYaml, type YamlValue } from '../yaml-text.js';
import { INHIBITIONS, OF_SIDECARS } from './inhibitions.js';
import { NOBODY, ownerReceiver, ownersOf, pagerOf, receivers, teamsOf, ticketsOf, UNROUTED } from './receivers.js';
import { routeOfNobodyElse, sidecarReceivers, sidecarRoutes } from './told-sidecars.js';

/** One message for what a model suffers of one kind: see `Concern`. */
const INCIDENT = ['model', 'incident'];
/** What the business owner is told at once beside the team. */
const ESCALATED = 'escalate="true"';
const NOT_ESCALATED = 'escalate!="true"';

/** What of a configuration Alertmanager's is made from. */
export type RoutesConfig = Pick<Config, 'access' | 'alertmanager' | 'models'>;

/** An alert on quality is what a business owner is told; and one on an objective, which has the label `slo`. */
const OF_QUALITY = ALERT_FAMILIES.filter(({ concern }) => concern === 'quality').map(({ name }) => name);

/**
 * Alertmanager's configuration: who is told what, by team, severity, criticality and business owner; one message for all that a model suffers of
 * one kind at once; which alert silences which; times in which tickets wait; sidecars that keep a log of it all. It works with Alertmanager 0.25 and later.
 */
export function generateAlertmanager({ access, alertmanager, models }: RoutesConfig): GeneratedFile {
  const { maintenance } = alertmanager;
  const content = {
    route: route(withGroups(models), alertmanager),
    ...(maintenance.length === 0 ? {} : { time_intervals: maintenance.map(timeInterval) }),
    inhibit_rules: INHIBITIONS.map((rule) => ({ ...rule })),
    receivers: [...sidecarReceivers(alertmanager, access), ...receivers(models, alertmanager)],
  };
  return { path: 'provisioning/alertmanager/alertmanager.yml', text: GENERATED_NOTICE + toYaml(content) };
}

/** Models and groups of models: of a group everybody is told who is of one of its models. */
const withGroups = (models: readonly ModelConfig[]): readonly ModelConfig[] => [
  ...models,
  ...combinedSlos(models).flatMap(({ group, models: members }) => members.map((member) => ({ ...member, name: group }))),
];
const matcherOfModels = (models: readonly ModelConfig[]): string => matcherOf('model', [...new Set(models.map(({ name }) => name))]);

function route(models: readonly ModelConfig[], { maintenance, sidecars }: AlertmanagerConfig): YamlValue {
  const muted = maintenance.length === 0 ? {} : { mute_time_intervals: maintenance.map(({ name }) => name) };
  return {
    receiver: UNROUTED,
    group_by: INCIDENT,
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '1d',
    routes: [
      ...sidecarRoutes(sidecars),
      { matchers: ['severity="info"'], receiver: NOBODY },
      ...ownersOf(models).flatMap((owner) => ownerRoutes(owner, models)),
      ...teamsOf(models).map((team) => teamRoute(team, models, muted)),
      ...routeOfNobodyElse(sidecars),
    ],
  };
}

/** Owners are told beside the team: the route goes on to the next. */
function ownerRoutes(owner: string, models: readonly ModelConfig[]): YamlValue[] {
  const own = matcherOfModels(models.filter(({ businessOwner }) => businessOwner === owner));
  const told = { receiver: ownerReceiver(owner), continue: true, group_wait: '5m', repeat_interval: '7d' };
  return [
    { matchers: [own, matcherOf('alertname', OF_QUALITY)], ...told },
    { matchers: [own, ESCALATED], ...told, group_wait: '30s', repeat_interval: '1d' },
    { matchers: [own, 'slo=~".+"', NOT_ESCALATED], ...told },
  ];
}

function teamRoute(team: string, models: readonly ModelConfig[], muted: Readonly<Record<string, YamlValue>>): YamlValue {
  const critical = models.filter((model) => model.team === team && model.critical);
  const bySidecar = { group_by: ['alertname', 'job', 'instance'] };
  const ofSidecars = matcherOf('alertname', OF_SIDECARS);
  const page = { receiver: pagerOf(team), group_wait: '10s' };
  // A page that nobody took up comes again sooner where the model is critical.
  const pages: YamlValue[] = [
    { matchers: ['severity="page"', ofSidecars], ...page, ...bySidecar, repeat_interval: '4h' },
    ...(critical.length === 0
      ? []
      : [{ matchers: ['severity="page"', matcherOfModels(critical)], ...page, group_by: INCIDENT, repeat_interval: '1h' }]),
    { matchers: ['severity="page"'], ...page, group_by: INCIDENT, repeat_interval: '4h' },
  ];
  // Drift of many features comes one by one; a ticket can wait for the others.
  const ticket = { receiver: ticketsOf(team), group_wait: '5m', ...muted };
  // It wakes nobody, for it may rest on an estimate; but it waits for no other and for no end of maintenance.
  const escalated = {
    matchers: [ESCALATED],
    receiver: ticketsOf(team),
    group_wait: '30s',
    group_by: INCIDENT,
    repeat_interval: '4h',
  };
  return {
    matchers: [matcherOf('team', [team])],
    receiver: ticketsOf(team),
    routes: [...pages, escalated, { matchers: [ofSidecars], ...ticket, ...bySidecar }, { matchers: ['severity="ticket"'], ...ticket }],
  };
}

function timeInterval({ name, weekdays, start, end, location }: AlertmanagerConfig['maintenance'][number]): YamlValue {
  const times = start === undefined && end === undefined ? {} : { times: [{ start_time: start ?? '00:00', end_time: end ?? '24:00' }] };
  return { name, time_intervals: [{ ...times, ...(weekdays === undefined ? {} : { weekdays }), location }] };
}
