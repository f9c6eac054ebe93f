import { INHIBITIONS } from '@modelwatch/core';
import { grouped } from './grouped.js';
import type { Sample } from './promtool.js';

/** An alert of one name on one model, from when it is told to when it ends: drift of five features is one message. */
export interface ToldAlert {
  readonly model: string;
  readonly alert: string;
  readonly severity: string;
  readonly beginsSeconds: number;
  readonly endsSeconds: number;
}

/** What fires in one lane, at each of its evaluations. */
export interface LaneSamples {
  readonly evaluationSeconds: number;
  readonly samples: readonly Sample[];
}

type Matcher = (labels: Readonly<Record<string, string>>) => boolean;

/** A matcher of Alertmanager, such as `alertname=~"A|B"`. */
function matcherOf(text: string): Matcher {
  const [, label, operator, value] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(text) ?? [];
  if (label === undefined) throw new Error(`${text} is no matcher`);
  const regex = new RegExp(`^(?:${value!})$`);
  const matches = (actual: string) => (operator!.endsWith('~') ? regex.test(actual) : actual === value);
  return (labels) => matches(labels[label] ?? '') !== operator!.startsWith('!');
}

const RULES = INHIBITIONS.map(({ source_matchers: source, target_matchers: target, equal }) => {
  const all = (texts: readonly string[]): Matcher => {
    const matchers = texts.map(matcherOf);
    return (labels) => matchers.every((matches) => matches(labels));
  };
  return { isSource: all(source), isTarget: all(target), equal };
});

/** What Alertmanager would tell of what fires: inhibited alerts are left out, and those of one name and model are one message while any of them fires. */
export function toldAlerts(lanes: readonly LaneSamples[]): readonly ToldAlert[] {
  const firing = lanes.map(({ evaluationSeconds, samples }) => ({ evaluationSeconds, at: grouped(samples, ({ seconds }) => seconds) }));
  const isInhibited = ({ seconds, labels }: Sample): boolean => {
    const others = firing.flatMap(({ evaluationSeconds, at }) => at.get(Math.floor(seconds / evaluationSeconds) * evaluationSeconds) ?? []);
    return RULES.some(
      ({ isSource, isTarget, equal }) =>
        isTarget(labels) &&
        others.some(
          ({ labels: source }) => isSource(source) && source !== labels && equal.every((label) => source[label] === labels[label]),
        ),
    );
  };
  return lanes.flatMap(({ evaluationSeconds, samples }) => {
    const told = samples.filter((sample) => !isInhibited(sample));
    const byMessage = grouped(told, ({ labels }) => JSON.stringify([labels['model'], labels['alertname'], labels['severity']]));
    return [...byMessage].flatMap(([key, those]) => {
      const [model, alert, severity] = JSON.parse(key) as [string, string, string];
      return spansOf(those, evaluationSeconds).map((span) => ({ model, alert, severity, ...span }));
    });
  });
}

function spansOf(
  samples: readonly Sample[],
  evaluationSeconds: number,
): readonly { readonly beginsSeconds: number; readonly endsSeconds: number }[] {
  const spans: { beginsSeconds: number; endsSeconds: number }[] = [];
  const moments = [...new Set(samples.map(({ seconds }) => seconds))].sort((a, b) => a - b);
  for (const seconds of moments) {
    const last = spans.at(-1);
    if (last?.endsSeconds === seconds) last.endsSeconds = seconds + evaluationSeconds;
    else spans.push({ beginsSeconds: seconds, endsSeconds: seconds + evaluationSeconds });
  }
  return spans;
}
