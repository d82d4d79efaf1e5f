import { css } from 'lit';

export const runTableStyles = css`
  :host {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    outline: none;
    overflow: auto;
    position: relative;
  }
  .content {
    min-width: 100%;
    position: relative;
  }
  .line {
    --line: transparent;
    display: flex;
    min-width: 100%;
  }
  .head {
    background: var(--vscode-editor-background);
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    height: 24px;
    line-height: 23px;
    position: sticky;
    top: 0;
    width: max-content;
    z-index: 2;
  }
  .row {
    background: var(--line);
    cursor: default;
    height: 22px;
    left: 0;
    line-height: 22px;
    position: absolute;
    top: 0;
    width: max-content;
  }
  .row:hover {
    --line: var(--vscode-list-hoverBackground);
  }
  .row.active {
    --line: var(--vscode-list-inactiveSelectionBackground);
  }
  .scroller:focus-visible .row.active,
  .scroller:focus .row.active {
    --line: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground, inherit);
    --muted: var(--vscode-list-activeSelectionForeground, inherit);
  }
  .scroller:focus .row.active::after {
    border: 1px solid var(--vscode-list-focusAndSelectionOutline, var(--vscode-list-focusOutline));
    content: '';
    inset: 0;
    pointer-events: none;
    position: absolute;
    z-index: 2;
  }
  .cell {
    flex: none;
    overflow: hidden;
    padding: 0 10px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pinned {
    background: linear-gradient(var(--line), var(--line)), var(--vscode-editor-background);
    align-items: center;
    border-right: 1px solid var(--vscode-tree-tableColumnsBorder, var(--vscode-contrastBorder, transparent));
    display: flex;
    gap: 8px;
    left: 0;
    padding-left: 12px;
    position: sticky;
    z-index: 1;
  }
  .first {
    border-left: 1px solid var(--vscode-tree-tableColumnsBorder, transparent);
  }
  .numeric {
    font-variant-numeric: tabular-nums;
    text-align: right;
  }
  .head .cell {
    align-items: center;
    color: var(--vscode-foreground);
    cursor: pointer;
    display: flex;
    font-weight: 600;
    gap: 2px;
  }
  .head .cell span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .head .numeric {
    flex-direction: row-reverse;
  }
  .comparing .metric {
    padding-right: 84px;
  }
  .head .cell:hover {
    background:
      linear-gradient(var(--vscode-list-hoverBackground), var(--vscode-list-hoverBackground)),
      var(--vscode-editor-background);
  }
  .scroller:focus .here {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .tag {
    color: var(--muted, var(--vscode-descriptionForeground));
    flex: none;
  }
  .box {
    align-items: center;
    background: var(--vscode-settings-checkboxBackground, transparent);
    border: 1px solid var(--vscode-checkbox-border, var(--vscode-contrastBorder));
    border-radius: 3px;
    cursor: pointer;
    display: flex;
    flex: none;
    height: 14px;
    justify-content: center;
    width: 14px;
  }
  .box.on {
    background: var(--run);
    border-color: var(--run);
    color: var(--vscode-editor-background);
  }
  .box.on.dashed {
    background: transparent;
    border-style: dashed;
    border-width: 2px;
    color: var(--run);
  }
  .box galley-icon {
    font-size: 12px;
    height: 12px;
    width: 12px;
  }
  .status {
    align-items: center;
    display: flex;
    gap: 6px;
  }
  .FINISHED galley-icon {
    color: var(--vscode-testing-iconPassed);
  }
  .FAILED galley-icon {
    color: var(--vscode-testing-iconFailed);
  }
  .RUNNING galley-icon {
    color: var(--vscode-charts-blue);
  }
  .KILLED galley-icon,
  .SCHEDULED galley-icon {
    color: var(--vscode-testing-iconSkipped, var(--vscode-descriptionForeground));
  }
  .compared {
    display: flex;
    gap: 6px;
    justify-content: flex-end;
  }
  .delta {
    color: var(--vscode-descriptionForeground);
    display: inline-flex;
    gap: 3px;
    justify-content: flex-start;
    width: 68px;
  }
  .delta .better {
    color: var(--vscode-charts-green);
  }
  .delta .worse {
    color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
  }
  .row.active .delta,
  .row.active .delta span {
    color: inherit;
  }
`;
