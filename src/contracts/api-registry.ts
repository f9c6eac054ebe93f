import type { Promotion, RegistryVersion } from './registry.js';

/** The answer of `GET /v1/registry/versions`. */
export interface VersionsAnswer {
  readonly versions: readonly RegistryVersion[];
  /** Whether there are more than one answer tells. */
  readonly more: boolean;
}

/** The answer of `GET /v1/registry/promotions`. */
export interface PromotionsAnswer {
  readonly promotions: readonly Promotion[];
}
