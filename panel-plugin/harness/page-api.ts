/** What the page offers to the tests, as `window.harness`. What crosses over is JSON. */
export interface PageApi {
  /** Loads the built `module.js` as Grafana does and tells what the module exports. */
  load(pluginId: string): Promise<readonly string[]>;
  /** The gallery's cases, by view and name. */
  cases(): readonly CaseId[];
  /** Draws a case of the gallery with the panel as it was loaded, and tells what came of it. */
  showCase(id: CaseId, at: Showing): Promise<Drawn>;
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
}
