import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { faded } from './colours';
import type { ThemeKind } from './palette';

/** Kind of the editor's theme, from the classes that VS Code sets on the page's body. */
export function themeKind(): ThemeKind {
  const { classList } = document.body;
  if (classList.contains('vscode-high-contrast-light')) return 'high-contrast-light';
  if (classList.contains('vscode-high-contrast')) return 'high-contrast';
  return classList.contains('vscode-light') ? 'light' : 'dark';
}

/** Colours and type for what is drawn on a canvas, which knows no CSS variables. */
export interface ChartTheme {
  kind: ThemeKind;
  foreground: string;
  muted: string;
  grid: string;
  axis: string;
  background: string;
  warning: string;
  error: string;
  blue: string;
  hoverBackground: string;
  hoverForeground: string;
  hoverBorder: string;
  fontFamily: string;
  fontSize: number;
}

/** Reads the theme's variables as they are now. */
export function chartTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (...names: string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ??
    '';
  const kind = themeKind();
  const foreground = read('foreground', 'editor-foreground');
  return {
    kind,
    foreground,
    muted: read('descriptionForeground', 'foreground'),
    grid: faded(foreground, kind.startsWith('high-contrast') ? 0.25 : 0.1),
    axis: faded(foreground, 0.35),
    background: read('editor-background'),
    warning: read('editorWarning-foreground', 'charts-yellow', 'foreground'),
    error: read('editorError-foreground', 'errorForeground', 'foreground'),
    blue: read('charts-blue', 'focusBorder', 'foreground'),
    hoverBackground: read('editorHoverWidget-background', 'editor-background'),
    hoverForeground: read('editorHoverWidget-foreground', 'foreground'),
    hoverBorder: read('editorHoverWidget-border', 'foreground'),
    fontFamily: read('font-family') || 'sans-serif',
    fontSize: Math.max(9, (Number.parseFloat(read('font-size')) || 13) - 2),
  };
}

/** Updates its host whenever VS Code changes the theme. */
export class ThemeController implements ReactiveController {
  private readonly observer = new MutationObserver(() => {
    this.changed?.();
    this.host.requestUpdate();
  });

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly changed?: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.observer.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    this.observer.observe(document.documentElement, { attributeFilter: ['style'] });
  }

  hostDisconnected(): void {
    this.observer.disconnect();
  }
}
