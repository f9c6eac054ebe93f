import type { NewVersion, Promotion, RegistryVersion, Stage } from '@modelwatch/core';
import type { Result } from '../errors.js';

/**
 * Which versions of which models there are, where they came from, and which one is in production. What a promise acknowledges is durable, and
 * doing it again changes nothing. Every failure is a value; a registry that cannot be reached answers `store_unavailable`, and then it is not
 * known whether the change was made: asking again is right.
 */
export interface Registry {
  readonly name: string;
  /** The same again is a duplicate; other content under the same name is refused. */
  register(version: NewVersion): Promise<Result<'registered' | 'duplicate'>>;
  /** Moves a version to any stage but production, which takes a promotion; one in production or on its way there is refused. */
  stage(version: VersionName, stage: Exclude<Stage, 'production'>): Promise<Result<'changed' | 'unchanged'>>;
  /** All versions, or those of a model, in order of their names; those behind `after`, where there are more than an answer holds. */
  versions(query: { readonly model?: string; readonly after?: VersionName }): Promise<Result<readonly RegistryVersion[]>>;
  readonly promotions: Promotions;
}

export type VersionName = Pick<NewVersion, 'model' | 'version'>;

/** The steps of a promotion, each durable. One promotion of a model is under way at a time. */
export interface Promotions {
  /** Writes it down. `again`: its id is known, and it has gone as far as it says. */
  intend(
    promotion: Pick<Promotion, 'id' | 'model' | 'version'>,
  ): Promise<Result<{ readonly again: boolean; readonly promotion: Promotion }>>;
  /** Puts its version in production and archives the one before: both or neither. Any other state stays as it is. */
  commit(id: string): Promise<Result<Promotion>>;
  /** A committed one is done. */
  finish(id: string): Promise<Result<Promotion>>;
  /** One that is not committed will not be. */
  abort(id: string, reason: string): Promise<Result<Promotion>>;
  /** Those that are neither done nor aborted. */
  open(): Promise<Result<readonly Promotion[]>>;
  /** The latest first. */
  latest(): Promise<Result<readonly Promotion[]>>;
}
