import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on access: who was refused, and how full the caps are. */
export const ACCESS_METRICS = [
  m(
    'modelwatch_access_denied_total',
    'counter',
    ['route', 'reason'],
    'Requests refused for want of permission: token_missing, token_unknown and token_expired (401), scope_missing, not_loopback and foreign_origin (403).',
  ),
  m(
    'modelwatch_access_rate_limited_total',
    'counter',
    ['route'],
    'Requests refused since their caller sent more than its rate allows (429).',
  ),
  m('modelwatch_access_tokens', 'gauge', ['kind'], 'Tokens configured: live, expired.'),
  m('modelwatch_access_next_expiry_timestamp_seconds', 'gauge', [], 'When the next of the live tokens expires; absent where none does.'),
  m('modelwatch_access_callers_entries', 'gauge', [], 'Callers whose rates are kept apart at present.'),
  m('modelwatch_access_callers_capacity_entries', 'gauge', [], 'Callers whose rates can be kept apart; further ones share one rate.'),
  m(
    'modelwatch_access_callers_folded_total',
    'counter',
    [],
    'Requests of callers that found no place of their own and shared the common rate.',
  ),
] as const;
