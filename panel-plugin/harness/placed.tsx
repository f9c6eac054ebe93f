import { GrafanaTheme2, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import React, { ReactNode, useLayoutEffect } from 'react';
import { createRoot, Root } from 'react-dom/client';

let root: Root | undefined;

function Placed({ onPlaced, children }: { readonly onPlaced: () => void; readonly children: ReactNode }) {
  useLayoutEffect(onPlaced, [onPlaced]);
  return <>{children}</>;
}

/** Puts an element on the empty page, in a theme and with Grafana's styles. Resolves once it has been painted, with the milliseconds until it was laid out. */
export async function place(element: ReactNode, theme: GrafanaTheme2): Promise<number> {
  root?.unmount();
  document.body.style.background = theme.colors.background.canvas;
  const created = createRoot(document.getElementById('root')!);
  root = created;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    created.render(
      <Placed onPlaced={resolve}>
        <ThemeContext.Provider value={theme}>
          <GlobalStyles />
          {element}
          <PortalContainer />
        </ThemeContext.Provider>
      </Placed>,
    );
  });
  document.body.getBoundingClientRect();
  const milliseconds = performance.now() - startedAt;
  await document.fonts.ready;
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return milliseconds;
}
