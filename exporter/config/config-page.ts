import { configSchema } from '@modelwatch/core';
import { PATTERN_WORDS, TYPE_WORDS } from './schema-words.js';

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: false | SchemaNode;
  readonly items?: SchemaNode;
}

/** The configuration that the page shows; a test holds that it is valid. */
export const EXAMPLE_CONFIG = `# yaml-language-server: $schema=modelwatch.schema.json
models:
  - name: flights
    team: operations
    critical: true
    champion:
      version: '1'
      onnx:
        path: flights.onnx
      baseline: flights.baseline.json
    slices:
      - name: carrier
      - name: region
        header: x-region
    groundTruth:
      horizon: 2d
    alerts:
      driftPsiMin: 0.2
      latencySecondsMax: 0.3
`;

const HEAD = `# Configuration

<!-- Generated from the schema in src/contracts/config.ts by \`npm run generate\`; edit it there. -->

One YAML file, \`modelwatch.yaml\` by custom, says what is watched. \`modelwatch check modelwatch.yaml\` lists every fault with its line.
Unknown keys are refused. Only \`models\` is required; file names are relative to the folder of the configuration. The file holds no
secrets and no environment variables are put into it. Editors complete and check it with \`modelwatch.schema.json\`, named as below.

\`\`\`yaml
${EXAMPLE_CONFIG}\`\`\`

Durations are written as Prometheus writes them, largest unit first: \`500ms\`, \`30s\`, \`1h30m\`, \`7d\`. Names start with a letter or
digit, then have up to 127 letters, digits, dots, dashes or underscores.
`;

/** docs/configuration.md: one table a mapping of the schema, in its order. */
export function configPage(): string {
  return `${HEAD}${section('', configSchema as SchemaNode)}`;
}

function section(path: string, schema: SchemaNode): string {
  const { properties = {}, required = [], description } = schema;
  const title = path === '' ? 'Top level' : `\`${path}\``;
  const rows = Object.entries(properties).map(([key, node]) => row(key, node, required.includes(key)));
  const table = ['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
  const own = `\n## ${title}\n\n${description === undefined ? '' : `${description}\n\n`}${table}\n`;
  const inner = Object.entries(properties).map(([key, node]) => {
    const innerPath = path === '' ? key : `${path}.${key}`;
    if (node.properties !== undefined) return section(innerPath, node);
    if (node.items?.properties !== undefined) return section(`${innerPath}[]`, { ...node.items, description: node.description ?? '' });
    return '';
  });
  return own + inner.join('');
}

function row(key: string, node: SchemaNode, required: boolean): string {
  return `| \`${key}\` | ${typeCell(node)} | ${defaultCell(node, required)} | ${cell(node.description ?? '')} |`;
}

function defaultCell(node: SchemaNode, required: boolean): string {
  if (required) return 'required';
  // An empty mapping stands for the defaults of its own table, an empty list for none.
  if (node.default === undefined || isEmpty(node.default)) return '';
  if (typeof node.default === 'number' && Number.isInteger(node.default)) return `\`${node.default}\``;
  return `\`${typeof node.default === 'string' ? node.default : JSON.stringify(node.default).replaceAll('"', '')}\``;
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function typeCell(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(typeCell).join(' or ');
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(' or ');
  if (node.pattern !== undefined) return cell(PATTERN_WORDS.get(node.pattern)?.type ?? `text like \`${node.pattern}\``);
  if (node.items !== undefined) return node.items.properties === undefined ? `list of ${plain(typeCell(node.items))}` : 'list of mappings';
  if (typeof node.additionalProperties === 'object') return `mapping of text to ${plain(typeCell(node.additionalProperties))}`;
  return `${plain(TYPE_WORDS.get(node.type ?? '') ?? 'value')}${range(node)}`;
}

/** `a list` as part of a longer phrase. */
const plain = (words: string): string => words.replace(/^an? /, '');

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  const low = minimum === undefined ? (exclusiveMinimum === undefined ? '' : `, above ${exclusiveMinimum}`) : `, at least ${minimum}`;
  const high = maximum === undefined ? (exclusiveMaximum === undefined ? '' : `, below ${exclusiveMaximum}`) : `, at most ${maximum}`;
  return low + high;
}

/** A bar would end the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
