import { css } from 'lit';

export const monitorStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    height: 100vh;
    overflow: auto;
  }
  main {
    margin: 0 auto;
    max-width: 1080px;
    padding: 16px 20px 32px;
  }
  h1 {
    display: flex;
    font-size: 18px;
    font-weight: 600;
    gap: 8px;
    line-height: 26px;
    overflow-wrap: anywhere;
  }
  h1 galley-icon {
    font-size: 20px;
    height: 20px;
    margin-top: 3px;
    width: 20px;
  }
  .good galley-icon {
    color: var(--vscode-testing-iconPassed);
  }
  .caution galley-icon,
  .bad galley-icon {
    color: var(--vscode-editorWarning-foreground);
  }
  .bad.failed galley-icon {
    color: var(--vscode-testing-iconFailed);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 18px;
    margin-top: 4px;
  }
  .facts span {
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-top: 12px;
  }
  .alert {
    align-items: baseline;
    background: var(--vscode-inputValidation-warningBackground);
    border: 1px solid var(--vscode-inputValidation-warningBorder);
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
    display: flex;
    gap: 8px;
    margin-top: 12px;
    padding: 6px 10px;
  }
  .alert galley-icon {
    color: var(--vscode-editorWarning-foreground);
    position: relative;
    top: 2px;
  }
  .alert p {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  galley-error[compact] {
    margin-top: 12px;
  }
  .timelines {
    display: grid;
    gap: 8px 24px;
    grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
    margin-top: 20px;
  }
  galley-line-chart {
    height: 150px;
    margin-top: 4px;
  }
  galley-columns-table {
    margin-top: 20px;
  }
  details {
    margin-top: 12px;
  }
  summary {
    cursor: pointer;
    list-style: none;
    width: fit-content;
  }
  summary galley-icon {
    margin-right: 2px;
  }
  details[open] galley-icon {
    transform: rotate(90deg);
  }
  code {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 12px;
  }
  details li {
    overflow-wrap: anywhere;
    padding: 2px 0 2px 16px;
  }
  @container (max-width: 520px) {
    main {
      padding: 12px 12px 24px;
    }
    .buttons vscode-button {
      flex: 1 1 40%;
    }
  }
`;
