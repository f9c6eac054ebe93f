import { generateRules } from './generate-rules.js';
import type { RulesConfig } from './generate-rules.js';
import { indent } from './promql.js';
import type { GeneratedFile } from './rule-file.js';
import { toYaml } from './yaml-text.js';

/**
 * The rules of a configuration as objects of the Prometheus operator, `<name>-recording` and `<name>-alerts`, in one file: what the rule files hold,
 * under `spec`. They are two, since one of a great configuration would come near what Kubernetes takes of an object.
 */
export function generatePrometheusRule(config: RulesConfig, name: string): GeneratedFile {
  const objects = generateRules(config).map(({ path, text }) => {
    const part = path.replace(/^.*\/(.+)\.yaml$/, '$1');
    const head = toYaml({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: `${name}-${part}`, labels: { 'app.kubernetes.io/name': 'modelwatch' } },
    });
    const [notice, ...groups] = text.split('\n');
    return `${notice!}\n${head}spec:\n${indent(groups.join('\n'))}`;
  });
  return { path: 'prometheus-rule.yaml', text: objects.join('---\n') };
}
