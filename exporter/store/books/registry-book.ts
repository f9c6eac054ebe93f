import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { NewVersion, Promotion, PromotionState, RegistryVersion, Stage } from '@modelwatch/core';
import { ROWS_READ_MAX, type Book, type BookOptions } from './book.js';

export type RegisterOutcome = 'registered' | 'duplicate' | 'conflict' | 'over_capacity';
/** `busy`: the version is in production or being promoted; that ends by promoting another. */
export type StageOutcome = 'changed' | 'unchanged' | 'not_found' | 'busy';
export type IntendOutcome =
  | { readonly kind: 'intended' | 'duplicate'; readonly promotion: Promotion }
  /** Another promotion of the model is under way. */
  | { readonly kind: 'busy'; readonly promotion: Promotion }
  /** The id belongs to a promotion of another model or version. */
  | { readonly kind: 'conflict' | 'not_found' | 'in_production' };

/** A promotion is named by its id; a move that was made already changes nothing. Undefined: there is no such promotion. */
export type MoveOutcome = Promotion | undefined;

/** Begins the id of each event that a promotion writes; no other event may have one. */
export const PROMOTION_EVENT = 'registry:';

/** Settled promotions that are remembered, to recognise an id that is sent again. */
const PROMOTIONS_KEPT = 1000;

/** Versions of models, where each stands, and the promotions between them: intents that a crash leaves to be resumed. */
export const registryBook = {
  name: 'registry',
  migrations: [
    `
    CREATE TABLE registry_version (
      model TEXT NOT NULL,
      version TEXT NOT NULL,
      stage TEXT NOT NULL,
      registered REAL NOT NULL,
      staged REAL NOT NULL,
      document TEXT NOT NULL,
      PRIMARY KEY (model, version)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX registry_production ON registry_version (model) WHERE stage = 'production';
    CREATE TABLE registry_promotion (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      model TEXT NOT NULL,
      version TEXT NOT NULL,
      previous TEXT,
      state TEXT NOT NULL,
      reason TEXT,
      intended REAL NOT NULL,
      moved REAL NOT NULL
    );
    CREATE UNIQUE INDEX registry_promotion_open ON registry_promotion (model) WHERE state IN ('intended', 'committed');
    `,
    // Whether a version was ever in production: to promote it again is a rollback.
    `
    ALTER TABLE registry_version ADD COLUMN produced INTEGER NOT NULL DEFAULT 0;
    UPDATE registry_version SET produced = 1 WHERE stage = 'production' OR EXISTS (
      SELECT 1 FROM registry_promotion AS past WHERE past.model = registry_version.model AND past.version = registry_version.version
        AND past.state IN ('committed', 'done')
    );
    `,
  ],
  limits: { rowsMax: 1000 },
  open,
} satisfies Book;

interface VersionRow {
  readonly stage: Stage;
  readonly registered: number;
  readonly staged: number;
  readonly document: string;
}

interface PromotionRow {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly previous: string | null;
  readonly state: PromotionState;
  readonly reason: string | null;
  readonly intended: number;
  readonly moved: number;
}

const VERSION_COLUMNS = 'SELECT stage, registered, staged, document FROM registry_version';
const PROMOTION_COLUMNS = 'SELECT id, model, version, previous, state, reason, intended, moved FROM registry_promotion';

function open(db: DatabaseSyncInstance, { limits, drops, log }: BookOptions) {
  const find = db.prepare(`${VERSION_COLUMNS} WHERE model = ? AND version = ?`);
  const page = db.prepare(`${VERSION_COLUMNS} WHERE (model, version) > (?, ?) ORDER BY model, version LIMIT ?`);
  const ofModel = db.prepare(`${VERSION_COLUMNS} WHERE model = ? AND version > ? ORDER BY version LIMIT ?`);
  const production = db.prepare(`SELECT version FROM registry_version WHERE model = ? AND stage = 'production'`);
  const insert = db.prepare(
    `INSERT INTO registry_version (model, version, stage, registered, staged, document) VALUES (?, ?, 'none', ?, ?, ?)`,
  );
  const produced = db.prepare('SELECT 1 FROM registry_version WHERE model = ? AND version = ? AND produced = 1');
  const setProduced = db.prepare('UPDATE registry_version SET produced = 1 WHERE model = ? AND version = ?');
  const setStage = db.prepare('UPDATE registry_version SET stage = ?, staged = ? WHERE model = ? AND version = ?');
  const promotion = db.prepare(`${PROMOTION_COLUMNS} WHERE id = ?`);
  const openOf = db.prepare(`${PROMOTION_COLUMNS} WHERE model = ? AND state IN ('intended', 'committed')`);
  const allOpen = db.prepare(`${PROMOTION_COLUMNS} WHERE state IN ('intended', 'committed') ORDER BY number LIMIT ?`);
  const latest = db.prepare(`${PROMOTION_COLUMNS} ORDER BY number DESC LIMIT ?`);
  const intend = db.prepare(
    `INSERT INTO registry_promotion (id, model, version, previous, state, intended, moved) VALUES (?, ?, ?, ?, 'intended', ?, ?)`,
  );
  const move = db.prepare('UPDATE registry_promotion SET state = ?, reason = ?, moved = ? WHERE id = ?');
  const forget = db.prepare(
    `DELETE FROM registry_promotion WHERE state IN ('done', 'aborted') AND number <= (SELECT max(number) FROM registry_promotion) - ?`,
  );
  let { rows } = db.prepare('SELECT count(*) AS rows FROM registry_version').get() as { rows: number };
  drops['full'] ??= 0;

  const versionOf = (model: string, version: string) => find.get(model, version) as VersionRow | undefined;
  const promotionOf = (id: string) => {
    const row = promotion.get(id) as PromotionRow | undefined;
    return row === undefined ? undefined : promotionFrom(row);
  };
  /** Moves a promotion on from one state alone; from any other it stays as it is. */
  const advance = (id: string, from: PromotionState, to: PromotionState, nowSeconds: number, reason?: string): MoveOutcome => {
    if (promotionOf(id)?.state === from) move.run(to, reason ?? null, nowSeconds, id);
    return promotionOf(id);
  };

  /** One event for each promotion that ends, in the transaction that ends it. A later one is told of the version that was in production before. */
  const tell = ({ id, model, version, previous }: Promotion, status: 'succeeded' | 'failed', nowSeconds: number, reason?: string) => {
    const text = reason ?? (previous === undefined ? undefined : `in place of ${previous}`);
    const kind = produced.get(model, version) === undefined ? 'promotion' : 'rollback';
    log(
      { id: `${PROMOTION_EVENT}${id}`, kind, model, version, status, timeSeconds: nowSeconds, ...(text === undefined ? {} : { text }) },
      nowSeconds,
    );
  };

  return {
    writes: {
      /** Idempotent by model and version: the same content again is a duplicate, another is a conflict. */
      register(entry: NewVersion, nowSeconds: number): RegisterOutcome {
        const document = JSON.stringify(entry);
        const known = versionOf(entry.model, entry.version);
        if (known !== undefined) return known.document === document ? 'duplicate' : 'conflict';
        if (rows >= limits.rowsMax) {
          drops['full']!++;
          return 'over_capacity';
        }
        insert.run(entry.model, entry.version, nowSeconds, nowSeconds, document);
        rows++;
        return 'registered';
      },
      stage(
        { model, version, stage }: { readonly model: string; readonly version: string; readonly stage: Exclude<Stage, 'production'> },
        nowSeconds: number,
      ): StageOutcome {
        const known = versionOf(model, version);
        if (known === undefined) return 'not_found';
        const under = openOf.get(model) as PromotionRow | undefined;
        if (known.stage === 'production' || under?.version === version) return 'busy';
        if (known.stage === stage) return 'unchanged';
        setStage.run(stage, nowSeconds, model, version);
        return 'changed';
      },
      /** Writes down that a version is to be the one in production. Idempotent by the id. */
      intend({ id, model, version }: Pick<Promotion, 'id' | 'model' | 'version'>, nowSeconds: number): IntendOutcome {
        const known = promotionOf(id);
        if (known !== undefined) {
          return known.model === model && known.version === version ? { kind: 'duplicate', promotion: known } : { kind: 'conflict' };
        }
        const target = versionOf(model, version);
        if (target === undefined) return { kind: 'not_found' };
        if (target.stage === 'production') return { kind: 'in_production' };
        const under = openOf.get(model) as PromotionRow | undefined;
        if (under !== undefined) return { kind: 'busy', promotion: promotionFrom(under) };
        const before = production.get(model) as { readonly version: string } | undefined;
        intend.run(id, model, version, before?.version ?? null, nowSeconds, nowSeconds);
        forget.run(PROMOTIONS_KEPT);
        return { kind: 'intended', promotion: promotionOf(id)! };
      },
      /** The exchange itself: the version is in production and the one before archived, both or neither. */
      commit({ id }: Pick<Promotion, 'id'>, nowSeconds: number): MoveOutcome {
        const asked = promotionOf(id);
        if (asked?.state === 'intended') {
          if (asked.previous !== undefined) setStage.run('archived', nowSeconds, asked.model, asked.previous);
          setStage.run('production', nowSeconds, asked.model, asked.version);
          tell(asked, 'succeeded', nowSeconds);
          setProduced.run(asked.model, asked.version);
        }
        return advance(id, 'intended', 'committed', nowSeconds);
      },
      finish({ id }: Pick<Promotion, 'id'>, nowSeconds: number): MoveOutcome {
        return advance(id, 'committed', 'done', nowSeconds);
      },
      abort({ id, reason }: Pick<Promotion, 'id'> & { readonly reason: string }, nowSeconds: number): MoveOutcome {
        const asked = promotionOf(id);
        if (asked?.state === 'intended') tell(asked, 'failed', nowSeconds, reason);
        return advance(id, 'intended', 'aborted', nowSeconds, reason);
      },
    },
    reads: {
      /** In order of model and version; `after` is the last one of the page before. */
      versions({
        model,
        after,
      }: {
        readonly model?: string;
        readonly after?: Pick<NewVersion, 'model' | 'version'>;
      }): readonly RegistryVersion[] {
        const found =
          model === undefined
            ? page.all(after?.model ?? '', after?.version ?? '', ROWS_READ_MAX)
            : ofModel.all(model, after?.version ?? '', ROWS_READ_MAX);
        return (found as VersionRow[]).map(versionFrom);
      },
      /** Promotions that a crash may have left in the middle. */
      openPromotions(): readonly Promotion[] {
        return (allOpen.all(ROWS_READ_MAX) as PromotionRow[]).map(promotionFrom);
      },
      /** The latest first. */
      promotions(): readonly Promotion[] {
        return (latest.all(ROWS_READ_MAX) as PromotionRow[]).map(promotionFrom);
      },
    },
    get rows() {
      return rows;
    },
  };
}

function versionFrom({ stage, registered, staged, document }: VersionRow): RegistryVersion {
  return { ...(JSON.parse(document) as NewVersion), stage, registeredSeconds: registered, stagedSeconds: staged };
}

function promotionFrom({ id, model, version, previous, state, reason, intended, moved }: PromotionRow): Promotion {
  return {
    id,
    model,
    version,
    ...(previous === null ? {} : { previous }),
    state,
    ...(reason === null ? {} : { reason }),
    intendedSeconds: intended,
    stateSeconds: moved,
  };
}
