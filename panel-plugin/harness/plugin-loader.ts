/** What `shared-packages.ts` leaves for plugins. */
declare const sharedPackages: Readonly<Record<string, object>>;

let prepared = false;

/** As Grafana's own loader: the shared packages stand under `package:` in SystemJS' registry, and an import map leads their names there. */
function prepare(): void {
  if (prepared) {
    return;
  }
  prepared = true;
  const imports: Record<string, string> = {};
  for (const [name, contents] of Object.entries(sharedPackages)) {
    const id = `package:${name}`;
    System.set(id, contents);
    imports[name] = id;
  }
  System.addImportMap({ imports });
}

export async function loadModule<Exports extends object = object>(pluginId: string): Promise<Exports> {
  prepare();
  const loaded: Exports & { readonly __useDefault?: true; readonly default?: Exports } = await System.import(
    `/public/plugins/${pluginId}/module.js`,
  );
  return loaded.__useDefault && loaded.default ? loaded.default : loaded;
}
