export { allVersions } from './all-versions.js';
export { createEmbeddedRegistry } from './embedded-registry.js';
export { openModelFiles, type ModelFiles, type ModelFilesOptions } from './model-files.js';
export { createPromoter, type Exchange, type Promoter } from './promoter.js';
export { createRegistrar, newVersion, type RegisterRequest, type Registrar } from './registrar.js';
export { createRegistryView, type RegistryView } from './registry-view.js';
export type { Promotions, Registry, VersionName } from './registry.js';
