import { cap, name } from './config-parts.js';

/** What a token may be allowed. Each is granted by itself: none contains another. */
export const SCOPES = ['infer', 'metrics', 'read', 'ingest', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that may be opened to whoever reaches the port. What operates or administers never is. */
export const OPENABLE_SCOPES = ['infer', 'metrics', 'read', 'ingest'] as const satisfies readonly Scope[];

export const DIGEST_PATTERN = '^sha256:[0-9a-f]{64}$';

const token = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'digest', 'scopes'],
  properties: {
    name: name('Whose token it is, for logs and rates. At most two stand under one name: the one in use and the one that follows it.'),
    digest: {
      type: 'string',
      pattern: DIGEST_PATTERN,
      description: 'SHA-256 of the token, as `modelwatch token` prints it. The token itself stands nowhere.',
    },
    scopes: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', enum: SCOPES },
      description:
        '`infer`: score. `metrics`: scrape. `read`: whatever the API shows. `ingest`: predictions and ground truth. `operate`: registration, promotion and what else an operator does. `admin`: what takes away.',
    },
    expires: { type: 'string', format: 'date-time', description: 'From then on it is refused. Left out: it does not expire.' },
  },
} as const;

const TOKENS_MAX = 256;

/** A file of tokens, which a secret may be mounted as: the same entries as `access.tokens`. */
export const tokenFileSchema = {
  $id: 'modelwatch-tokens-1.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Modelwatch tokens',
  type: 'array',
  maxItems: TOKENS_MAX,
  items: token,
} as const;

export const access = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Who may do what. Without a token the sidecar listens on loopback alone; an address beyond it is refused. SIGHUP reads all of it again, the file of tokens too.',
  properties: {
    tokens: { type: 'array', default: [], maxItems: TOKENS_MAX, items: token, description: 'Tokens, by their digests.' },
    tokensFile: {
      type: 'string',
      description: 'YAML file with a list of further tokens, in the form of `access.tokens`, relative to this configuration.',
    },
    open: {
      type: 'array',
      default: ['infer', 'metrics'],
      uniqueItems: true,
      items: { type: 'string', enum: OPENABLE_SCOPES },
      description:
        'Scopes that need no token. `[]` closes inference and metrics; `ingest` counts only where there are tokens for the rest.',
    },
    readPerSecondMax: cap('Reading requests a second of one token, or of one address without; further ones get 429.', 100, 1_000_000),
    ingestPerSecondMax: cap(
      'Requests with predictions or ground truth a second of one token, or of one address without; further ones get 429.',
      5000,
      1_000_000,
    ),
    operatePerSecondMax: cap(
      'Requests that change something a second of one token, or of one address without; further ones get 429.',
      50,
      1_000_000,
    ),
    callersMax: cap('Callers whose rates are kept apart; further ones share one rate.', 10_000, 1_000_000),
  },
} as const;
