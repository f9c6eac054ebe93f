/** What the page offers to the tests, as `window.harness`. What crosses over is JSON. */
export interface PageApi {
  /** Loads the built `module.js` as Grafana does and tells what the module exports. */
  load(pluginId: string): Promise<readonly string[]>;
  /** The gallery's cases, by view and name. */
  cases(): readonly CaseId[];
  /** Draws a case of the gallery with the panel as it was loaded, and tells what came of it. */
  showCase(id: CaseId, at: Showing): Promise<Drawn>;
  /** Draws a large frame by the panel and as a plain table, in turns; milliseconds of each. */
  race(size: RaceSize, rounds: number): Promise<{ readonly panel: readonly number[]; readonly table: readonly number[] }>;
  /** What "Save & test" of the data source says. */
  health(): Promise<Health>;
  /** Runs a query as a board does. */
  query(asked: SourceQuery): Promise<SourceAnswer>;
  /** Runs a query and draws its frames by a view of the panel. */
  showAnswer(asked: SourceQuery, view: string, at: Showing): Promise<AnswerDrawn>;
  showQueryEditor(asked: SourceQuery, at: Showing): Promise<void>;
  showConfigEditor(at: Showing): Promise<void>;
  /** How many annotations a board would show of its last day. */
  annotations(): Promise<number>;
}

/** A query of the data source as it is saved, without what every query has. */
export interface SourceQuery {
  readonly queryType: string;
  readonly [field: string]: string;
}

/** 50 features by 20 bins as a heat map, or 200 models on the registry board. */
export type RaceSize = 'features' | 'models';

export interface Health {
  readonly status: string;
  readonly message: string;
}

export interface SourceAnswer {
  readonly errors: readonly string[];
  readonly frames: readonly { readonly name: string; readonly length: number; readonly fields: readonly string[] }[];
}

export interface CaseId {
  readonly view: string;
  readonly name: string;
}

export interface Showing {
  readonly theme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

export interface Drawn {
  /** Pieces of text and shapes that lie within the panel and have a size. */
  readonly marks: number;
  /** How far the content reaches beyond the panel, in pixels. */
  readonly beyondX: number;
  readonly beyondY: number;
  /** From the call of React until the document was laid out. */
  readonly milliseconds: number;
}

export interface AnswerDrawn extends Drawn {
  readonly text: string;
}
