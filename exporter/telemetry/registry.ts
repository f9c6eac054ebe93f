import { Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { Family, Sample } from './series.js';

export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** How long a scrape may hold the event loop before it lets requests in. */
const SLICE_MILLISECONDS_MAX = 2;
/** Looking at the clock costs as much as rendering a series, so it is done once per so many. */
const SAMPLES_PER_CLOCK_READING = 64;

/**
 * prom-client's registry, rendered in slices. prom-client renders a family in one go and formats every label anew: at 50,000 series that
 * held the event loop for about 100 ms. Here families yield samples whose labels are already text, and rendering lets the loop turn every
 * few milliseconds. Scrapers that come at the same time share one text.
 */
export class SlicedRegistry extends Registry {
  readonly #families: Family[] = [];
  readonly #underWay = new Map<ExpositionFormat, Promise<Buffer>>();
  /** Of the previous scrape. */
  seriesCount = 0;
  renderSeconds = 0;

  add<F extends Family>(family: F): F {
    if (this.#families.some(({ description }) => description.name === family.description.name)) {
      throw new Error(`metric ${family.description.name} is registered twice`);
    }
    this.#families.push(family);
    return family;
  }

  /** Series of our own families at this moment, process metrics left out. */
  countSeries(): number {
    let series = 0;
    for (const family of this.#families) series += [...family.samples()].length;
    return series;
  }

  /** The whole scrape as text in UTF-8. Never touches the store, a child or the network. */
  async render(format: ExpositionFormat): Promise<Buffer> {
    const shared = this.#underWay.get(format);
    if (shared !== undefined) return shared;
    const rendering = this.#render(format).finally(() => this.#underWay.delete(format));
    this.#underWay.set(format, rendering);
    return rendering;
  }

  async #render(format: ExpositionFormat): Promise<Buffer> {
    const start = performance.now();
    // Bytes slice by slice: a text of megabytes would be put together and encoded in one go at the end.
    const chunks: Buffer[] = [];
    let sliceStart = start;
    let series = 0;
    let text = '';
    for (const family of this.#families) {
      text += header(family.description.name, family.description.type, family.description.help, format);
      for (const sample of family.samples()) {
        text += line(family.description.name, sample, format);
        if (++series % SAMPLES_PER_CLOCK_READING === 0 && performance.now() - sliceStart > SLICE_MILLISECONDS_MAX) {
          chunks.push(Buffer.from(text));
          text = '';
          await nextTurn();
          sliceStart = performance.now();
        }
      }
    }
    chunks.push(Buffer.from(text));
    text = '';
    // Megabytes allocated at once may call the collector: reading the process, and joining the parts, get turns of their own.
    await nextTurn();
    for (const own of await this.getMetricsAsJSON()) {
      const processMetric = renderProcessMetric(own as MetricObjectWithValues<MetricValue<string>>, format);
      text += processMetric.text;
      series += processMetric.series;
    }
    if (format === 'openmetrics') text += '# EOF\n';
    chunks.push(Buffer.from(text));
    this.seriesCount = series;
    await nextTurn();
    const whole = Buffer.concat(chunks);
    this.renderSeconds = (performance.now() - start) / 1000;
    return whole;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function header(name: string, type: string, help: string, format: ExpositionFormat): string {
  // OpenMetrics names a counter without `_total`; only its samples carry the suffix.
  const familyName = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  const escaped = help
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/"/g, format === 'openmetrics' ? '\\"' : '"');
  return `# HELP ${familyName} ${escaped}\n# TYPE ${familyName} ${type}\n`;
}

function line(name: string, sample: Sample, format: ExpositionFormat): string {
  const text = `${name}${sample.suffix}${sample.labels} ${formatValue(sample.value)}`;
  const { exemplar } = sample;
  if (exemplar === undefined || format !== 'openmetrics') return `${text}\n`;
  return `${text} # {trace_id="${exemplar.traceId}"} ${formatValue(exemplar.value)} ${exemplar.timestampSeconds.toFixed(3)}\n`;
}

function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

function renderProcessMetric(
  metric: MetricObjectWithValues<MetricValue<string>>,
  format: ExpositionFormat,
): { readonly text: string; readonly series: number } {
  // prom-client takes the type from an enum at run time; counters without `_total` exist among its gauges only.
  const type = String(metric.type);
  let text = header(metric.name, type, metric.help, format);
  for (const value of metric.values) {
    const name = (value as { readonly metricName?: string }).metricName ?? metric.name;
    const labels = Object.entries(value.labels).map(([label, content]) => `${label}="${String(content)}"`);
    text += `${name}${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${formatValue(value.value)}\n`;
  }
  return { text, series: metric.values.length };
}
