import { css } from 'lit';

/** What every component of the pages shares: VS Code's type, focus ring and muted text. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size, 13px);
    line-height: 18px;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  .muted {
    color: var(--vscode-descriptionForeground);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ol,
  ul {
    font-size: inherit;
    font-weight: inherit;
    list-style: none;
    margin: 0;
    padding: 0;
  }
  h2 {
    font-weight: 600;
  }
  button,
  input {
    color: inherit;
    font: inherit;
  }
  .link {
    background: none;
    border: 0;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
    padding: 0;
    text-align: inherit;
  }
  .link:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .visually-hidden {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
    width: 1px;
  }
  .better {
    color: var(--vscode-charts-green);
  }
  .worse {
    color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
  }
  /* High contrast knows no secondary background, and @vscode-elements would fill in a grey one. */
  :host-context(.vscode-high-contrast) vscode-button[secondary]::part(base) {
    background-color: transparent;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
    }
  }
`;

/** For the document itself: the page fills the panel, VS Code's default padding is the components' business. */
export const pageStyles = css`
  html,
  body {
    height: 100%;
  }
  body.vscode-dark,
  body.vscode-high-contrast:not(.vscode-high-contrast-light) {
    color-scheme: dark;
  }
  body {
    margin: 0;
    padding: 0;
    overflow: hidden;
  }
`;
