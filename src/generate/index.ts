<<<<<<< HEAD
export { ALERT_FAMILIES } from './alerts/index.js';
export type { AlertFamily, AlertText, Severity } from './alerts/index.js';
export { generateAlertmanager } from './alertmanager/generate-alertmanager.js';
=======
export { ALERT_FAMILIES, driftCountMin, driftVerdict } from './alerts/index.js';
export type { AlertFamily, AlertText, DriftBars, DriftCounts, DriftVerdict, Severity } from './alerts/index.js';
>>>>>>> 8433bc6 (exporter: drift in the API, and distributions with the baseline, contributions and a verdict)
export { BOARDS } from './boards.js';
export { generateRules } from './generate-rules.js';
export { generatePrometheusRule } from './prometheus-rule.js';
export { metricsPage } from './metrics-page.js';
export { RECORDING_FAMILIES } from './recordings/index.js';
export type { RecordingFamily } from './recordings/index.js';
export type { AlertRule, GeneratedFile, RecordingRule, RuleGroup } from './rule-file.js';
export { OPEN_SLO_PREFIX, OPEN_SLO_VERSION, openSloDocuments } from './slo/open-slo.js';
export type { SloAlert, SloAlertText } from './slo/slo-alert.js';
export { SLO_ALERTS } from './slo/slo-alerts.js';
export { toYaml } from './yaml-text.js';
export type { YamlValue } from './yaml-text.js';
