import { Pool, type Dispatcher } from 'undici';
import type { InputMetadata } from './input-plan.js';

/** What became of a request. `kind` says why it failed; `retryable` where the server asks to send it again later, or did not hear it. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly kind: string; readonly retryable: boolean };

export interface GroundTruthItem {
  readonly model: string;
  readonly id: string;
  readonly value: number | boolean;
}

/** The two routes a replay speaks, as any client of them would. */
export interface ReplayClient {
  /** The model's inputs; a sentence where they cannot be had now. */
  inputs(model: string): Promise<readonly InputMetadata[] | string>;
  infer(model: string, body: string): Promise<Outcome>;
  postGroundTruth(items: readonly GroundTruthItem[]): Promise<Outcome>;
  /** Waits for what is under way. */
  close(): Promise<void>;
  /** Cuts off what is under way. */
  destroy(): Promise<void>;
}

const ANSWER_SECONDS_MAX = 30;
/** Ground truth has a connection of its own, so that it is not held up by predictions. */
const GROUND_TRUTH_CONNECTIONS = 1;

/** `own` are headers of every request, such as the one that says who is calling. */
export function createReplayClient(url: string, concurrency: number, own: Readonly<Record<string, string>> = {}): ReplayClient {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: concurrency + GROUND_TRUTH_CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_SECONDS_MAX * 1000,
    bodyTimeout: ANSWER_SECONDS_MAX * 1000,
  });
  const post = async (path: string, body: string): Promise<Outcome> => {
    try {
      return await outcomeOf(
        await pool.request({ method: 'POST', path: prefix + path, headers: { ...own, 'content-type': 'application/json' }, body }),
      );
    } catch (error) {
      return { ok: false, kind: networkKind(error), retryable: true };
    }
  };
  return {
    async inputs(model) {
      try {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: `${prefix}/v2/models/${encodeURIComponent(model)}`,
          headers: own,
        });
        const text = await body.text();
        return statusCode === 200 ? readInputs(text) : `the metadata of the model answered ${statusCode}: ${text.slice(0, 200)}`;
      } catch (error) {
        return `${url} does not answer: ${networkKind(error)}`;
      }
    },
    infer: (model, body) => post(`/v2/models/${encodeURIComponent(model)}/infer`, body),
    postGroundTruth: (items) => post('/v1/ground-truth', JSON.stringify(items)),
    close: () => (pool.closed ? Promise.resolve() : pool.close()),
    destroy: () => pool.destroy(),
  };
}

async function outcomeOf({ statusCode, body }: Dispatcher.ResponseData): Promise<Outcome> {
  if (statusCode >= 200 && statusCode < 300) {
    await body.dump();
    return { ok: true };
  }
  return { ok: false, kind: errorCode(await body.text()) ?? `http_${statusCode}`, retryable: statusCode === 503 };
}

/** The `code` of an error body, where it looks like one: it is shown on a terminal. */
function errorCode(text: string): string | undefined {
  try {
    const code = (JSON.parse(text) as { readonly code?: unknown } | null)?.code;
    return typeof code === 'string' && /^[a-z0-9_]{1,40}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

function networkKind(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

function readInputs(text: string): readonly InputMetadata[] | string {
  const refusal = 'the metadata of the model names no inputs with name, datatype and shape';
  try {
    const { inputs } = JSON.parse(text) as { readonly inputs?: unknown };
    return Array.isArray(inputs) && inputs.length > 0 && inputs.every(isInput) ? inputs : refusal;
  } catch {
    return refusal;
  }
}

function isInput(value: unknown): value is InputMetadata {
  const { name, datatype, shape } = (value ?? {}) as Partial<Record<keyof InputMetadata, unknown>>;
  return typeof name === 'string' && typeof datatype === 'string' && Array.isArray(shape);
}
