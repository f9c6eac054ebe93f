import { createOnnxScorer, type OnnxScorer } from '../models/onnx/index.js';

/** Its children stand back where the champion's want the CPU. */
const NICENESS = 10;

/** A model that is scored beside the one that answers. It loads while that one serves already: one that is slow or broken costs no start. */
export interface BackgroundScorer {
  /** Undefined while it is not loaded, and for good where it cannot be. */
  readonly scorer: OnnxScorer | undefined;
  /** Ends its children, those that still load at once. May be called twice. */
  close(): Promise<void>;
}

export interface BackgroundScorerOptions extends Omit<Parameters<typeof createOnnxScorer>[0], 'niceness' | 'signal'> {
  /** Why what has been loaded is not to be used; undefined where it is. */
  readonly refuse?: (loaded: OnnxScorer) => string | undefined;
  readonly onReady?: () => void;
  readonly onFailed: (why: { readonly reason: string } | { readonly err: unknown }) => void;
}

export function startBackgroundScorer({ refuse, onReady, onFailed, ...options }: BackgroundScorerOptions): BackgroundScorer {
  let scorer: OnnxScorer | undefined;
  let closing: Promise<void> | undefined;
  const unwanted = new AbortController();
  const loading = createOnnxScorer({ ...options, niceness: NICENESS, signal: unwanted.signal })
    .then(async (loaded) => {
      if (!loaded.ok) {
        if (closing === undefined) onFailed({ reason: loaded.error.message });
        return;
      }
      const reason = refuse?.(loaded.value);
      if (reason !== undefined) onFailed({ reason });
      if (closing !== undefined || reason !== undefined) {
        await loaded.value.close();
        return;
      }
      scorer = loaded.value;
      onReady?.();
    })
    .catch((fault: unknown) => {
      onFailed({ err: fault });
    });
  return {
    get scorer() {
      return scorer;
    },
    close() {
      unwanted.abort();
      closing ??= scorer?.close() ?? loading;
      return closing;
    },
  };
}
