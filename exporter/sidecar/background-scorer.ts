import { createOnnxScorer, type OnnxScorer } from '../models/onnx/index.js';

/** Its children stand back where the champion's want the CPU. */
const NICENESS = 10;

/** A model that is scored beside the one that answers. It loads while that one serves already: one that is slow or broken costs no start. */
export interface BackgroundScorer {
  /** Undefined while it is not loaded, and for good where it cannot be. */
  readonly scorer: OnnxScorer | undefined;
  /** Ends its children. One that is still loading is closed when it has loaded; nobody waits for that. May be called twice. */
  close(): Promise<void>;
}

export interface BackgroundScorerOptions extends Omit<Parameters<typeof createOnnxScorer>[0], 'niceness'> {
  /** Why what has been loaded is not to be used; undefined where it is. */
  readonly refuse?: (loaded: OnnxScorer) => string | undefined;
  readonly onReady?: () => void;
  readonly onFailed: (why: { readonly reason: string } | { readonly err: unknown }) => void;
}

export function startBackgroundScorer({ refuse, onReady, onFailed, ...options }: BackgroundScorerOptions): BackgroundScorer {
  let scorer: OnnxScorer | undefined;
  let closing: Promise<void> | undefined;
  createOnnxScorer({ ...options, niceness: NICENESS })
    .then(async (loaded) => {
      if (!loaded.ok) {
        onFailed({ reason: loaded.error.message });
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
      closing ??= scorer?.close() ?? Promise.resolve();
      return closing;
    },
  };
}
