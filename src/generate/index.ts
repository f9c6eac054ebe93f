export { ALERT_FAMILIES } from './alerts/index.js';
export type { AlertFamily, AlertText, Severity } from './alerts/index.js';
export { generateRules } from './generate-rules.js';
export { metricsPage } from './metrics-page.js';
export { RECORDING_FAMILIES } from './recordings/index.js';
export type { RecordingFamily } from './recordings/index.js';
export type { AlertRule, GeneratedFile, RecordingRule, RuleGroup } from './rule-file.js';
export { toYaml } from './yaml-text.js';
export type { YamlValue } from './yaml-text.js';
