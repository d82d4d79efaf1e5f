import { css } from 'lit';

export const curvesStyles = css`
  :host {
    container-type: inline-size;
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
  }
  .bar {
    align-items: center;
    column-gap: 16px;
    display: flex;
    flex-wrap: wrap;
    padding: 6px 12px 2px;
    row-gap: 4px;
  }
  .legend {
    display: flex;
    flex: 1 1 240px;
    flex-wrap: wrap;
    gap: 2px 12px;
    min-width: 0;
  }
  .run {
    align-items: center;
    display: inline-flex;
    gap: 6px;
    max-width: 220px;
  }
  .run span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .swatch {
    border-top: 3px solid var(--run);
    flex: none;
    width: 14px;
  }
  .swatch.dashed {
    border-top-style: dashed;
  }
  .remove {
    background: none;
    border: 0;
    border-radius: 3px;
    cursor: pointer;
    line-height: 16px;
    opacity: 0;
    padding: 0;
  }
  .remove galley-icon {
    font-size: 12px;
  }
  .run:hover .remove,
  .remove:focus-visible {
    opacity: 1;
  }
  .remove:hover {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .controls {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
  }
  label {
    align-items: center;
    display: flex;
    gap: 6px;
  }
  vscode-single-select {
    width: 118px;
  }
  vscode-textfield {
    width: 150px;
  }
  input[type='range'] {
    accent-color: var(--vscode-focusBorder);
    height: 18px;
    margin: 0;
    width: 84px;
  }
  .value {
    font-variant-numeric: tabular-nums;
    width: 26px;
  }
  .tiles {
    display: grid;
    flex: 1;
    gap: 12px 20px;
    grid-auto-rows: max-content;
    grid-template-columns: repeat(auto-fill, minmax(min(290px, 100%), 1fr));
    min-height: 0;
    overflow: auto;
    padding: 4px 12px 12px;
  }
  .tiles.single {
    grid-auto-rows: minmax(160px, 1fr);
    grid-template-columns: minmax(0, 1fr);
  }
  .empty {
    color: var(--vscode-descriptionForeground);
    flex: 1;
    padding: 16px 12px;
  }
  kbd {
    background: var(--vscode-keybindingLabel-background);
    border: 1px solid var(--vscode-keybindingLabel-border);
    border-bottom-color: var(--vscode-keybindingLabel-bottomBorder);
    border-radius: 3px;
    color: var(--vscode-keybindingLabel-foreground);
    font: inherit;
    font-size: 11px;
    padding: 1px 4px;
  }
`;
