import type { Promotion } from '@modelwatch/core';
import { fail, succeed, type RequestError, type Result } from '../errors.js';
import type { Registry, VersionName } from './registry.js';

/** Exchanges the version that is served. */
export interface Exchange {
  /** The version of a model that is served now. */
  served(model: string): string | undefined;
  /**
   * Loads a version beside the one that is served, awaits `commit`, and puts it in force in one turn; rejects, with everything as it was, where
   * either fails. Gives a promise of the moment when the one before has answered its last request and is closed.
   */
  to(version: VersionName, commit: () => Promise<void>): Promise<{ readonly retired: Promise<void> }>;
}

export interface PromoterOptions {
  readonly registry: Registry;
  readonly exchange: Exchange;
  /** Told of each step, after it is durable or in force. */
  readonly onStep?: (step: PromotionStep, promotion: Promotion) => void;
  /** Why a promotion was aborted, in a sentence that may be told; undefined for a fault of our own, which it may log. */
  readonly reasonOf: (fault: unknown) => string | undefined;
}

export type PromotionStep = 'intended' | 'loaded' | 'committed' | 'in_force' | 'done' | 'aborted';

/** Carries promotions out, one of a model at a time, each resumable from wherever a crash left it. */
export interface Promoter {
  /**
   * Resolves once the version is in force, or the promotion is aborted, or it cannot be known yet (`store_unavailable`): then it is resumed. An id
   * that is known is not carried out again: it gives what became of it, or waits for it.
   */
  promote(promotion: Pick<Promotion, 'id' | 'model' | 'version'>): Promise<Result<Promotion>>;
  /** Carries on what is open and not under way. */
  resume(): Promise<Result<void>>;
  /** Waits until no promotion is under way. */
  idle(): Promise<void>;
  readonly counts: ReadonlyMap<string, PromotionCounts>;
}

/** By model, since the process started. */
export interface PromotionCounts {
  promoted: number;
  aborted: number;
}

/** Whether a commit was made is not known: neither going on nor aborting would be right. */
class Undecided extends Error {
  readonly error: RequestError;
  constructor(error: RequestError) {
    super(error.message);
    this.error = error;
  }
}

/**
 * The machine of states: intended -> committed -> done, or intended -> aborted. Each state is durable before the next step begins:
 *
 * - intended: the version is loaded beside the one in force. A crash here leaves the intent: the next start begins it again.
 * - committed: the registry's production is the version, in one transaction; the exchange follows in the same turn of the event loop in which
 *   that becomes known. A crash in between starts with the version, since a start serves what is in production.
 * - done: the one before has answered its last request and is closed.
 */
export function createPromoter({ registry: { promotions }, exchange, onStep = () => undefined, reasonOf }: PromoterOptions): Promoter {
  const underWay = new Map<string, Promise<Result<Promotion>>>();
  const retiring = new Map<string, { readonly model: string; readonly ending: Promise<void> }>();
  const counts = new Map<string, PromotionCounts>();
  const count = (model: string, outcome: keyof PromotionCounts) => {
    const of = counts.get(model) ?? { promoted: 0, aborted: 0 };
    counts.set(model, of);
    of[outcome]++;
  };

  const carry = async (promotion: Promotion): Promise<Result<Promotion>> => {
    const { id, model, version } = promotion;
    if (promotion.state === 'done' || promotion.state === 'aborted') return succeed(promotion);
    if (promotion.state === 'committed' && exchange.served(model) === version) return finish(promotion);
    let committed = promotion;
    const commit = async () => {
      onStep('loaded', promotion);
      if (promotion.state === 'committed') return;
      const outcome = await promotions.commit(id);
      if (!outcome.ok) throw new Undecided(outcome.error);
      committed = outcome.value;
      if (committed.state !== 'committed')
        throw new Undecided({ code: 'promotion_conflict', message: 'the promotion was ended meanwhile' });
      onStep('committed', committed);
    };
    try {
      const { retired } = await exchange.to({ model, version }, commit);
      onStep('in_force', committed);
      count(model, 'promoted');
      // What cannot be finished now is finished when it is resumed.
      const ending = retired
        .then(() => finish(committed))
        .catch(() => undefined)
        .then(() => void retiring.delete(id));
      retiring.set(id, { model, ending });
      return succeed(committed);
    } catch (fault) {
      if (fault instanceof Undecided) return { ok: false, error: fault.error };
      // What is committed stays committed: it is tried again.
      if (promotion.state === 'committed')
        return fail('store_unavailable', 'the version in production cannot be loaded; it is tried again');
      const aborted = await promotions.abort(id, reasonOf(fault) ?? 'a fault of our own; the log says more');
      if (!aborted.ok) return aborted;
      count(model, 'aborted');
      onStep('aborted', aborted.value);
      return aborted;
    }
  };
  const finish = async (promotion: Promotion): Promise<Result<Promotion>> => {
    const done = await promotions.finish(promotion.id);
    if (done.ok) onStep('done', done.value);
    return done;
  };
  /** One run of an id; those who ask meanwhile wait for it. */
  const run = (promotion: Promotion): Promise<Result<Promotion>> => {
    const running = underWay.get(promotion.id) ?? carry(promotion).finally(() => underWay.delete(promotion.id));
    underWay.set(promotion.id, running);
    return running;
  };

  return {
    async promote(asked) {
      const known = underWay.get(asked.id);
      let intended = await promotions.intend(asked);
      if (!intended.ok && intended.error.code === 'promotion_busy') {
        // One that was answered for is over to who asked. The next waits for the last requests of the version before, and is refused only where the end
        // of the one before cannot be written down.
        const endings = [...retiring.values()].filter(({ model }) => model === asked.model).map(({ ending }) => ending);
        await Promise.all(endings);
        if (endings.length > 0) intended = await promotions.intend(asked);
      }
      if (!intended.ok) return intended;
      if (known !== undefined) return known;
      if (!intended.value.again) onStep('intended', intended.value.promotion);
      return run(intended.value.promotion);
    },
    async resume() {
      const open = await promotions.open();
      if (!open.ok) return open;
      for (const promotion of open.value) if (!retiring.has(promotion.id)) await run(promotion);
      return succeed(undefined);
    },
    async idle() {
      while (underWay.size > 0 || retiring.size > 0)
        await Promise.all([...underWay.values(), ...[...retiring.values()].map(({ ending }) => ending)]);
    },
    counts,
  };
}
