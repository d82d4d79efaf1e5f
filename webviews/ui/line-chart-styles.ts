import { css } from 'lit';

export const chartStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .plot {
    cursor: crosshair;
    flex: 1;
    min-height: 0;
    position: relative;
  }
  canvas {
    position: absolute;
  }
  .crosshair {
    border-left: 1px solid var(--vscode-foreground);
    opacity: 0.5;
    pointer-events: none;
    position: absolute;
  }
  .dot {
    border: 1px solid var(--vscode-editor-background);
    border-radius: 50%;
    height: 8px;
    margin: -4px 0 0 -4px;
    pointer-events: none;
    position: absolute;
    width: 8px;
  }
  .readout {
    align-items: center;
    background: var(--vscode-editorHoverWidget-background);
    border: 1px solid var(--vscode-editorHoverWidget-border);
    color: var(--vscode-editorHoverWidget-foreground);
    column-gap: 6px;
    display: grid;
    font-size: 12px;
    grid-template-columns: auto minmax(0, 1fr) auto;
    line-height: 16px;
    max-width: min(320px, 80%);
    padding: 4px 8px;
    pointer-events: none;
    position: absolute;
    top: 4px;
    z-index: 3;
  }
  .at {
    grid-column: 1 / -1;
  }
  .swatch {
    height: 8px;
    width: 8px;
  }
  .label {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value {
    padding-left: 6px;
    text-align: right;
  }
  .note {
    font-size: 12px;
  }
`;
