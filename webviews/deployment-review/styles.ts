import { css } from 'lit';

export const reviewStyles = css`
  :host {
    container-type: inline-size;
    display: block;
    height: 100vh;
    overflow: auto;
  }
  main {
    margin: 0 auto;
    max-width: 980px;
    padding: 16px 20px 32px;
  }
  header {
    align-items: baseline;
    display: flex;
    flex-wrap: wrap;
    gap: 2px 24px;
    justify-content: space-between;
  }
  h1 {
    font-size: 18px;
    font-weight: 600;
    line-height: 26px;
    overflow-wrap: anywhere;
  }
  galley-icon {
    margin-right: 4px;
  }
  .person {
    white-space: nowrap;
  }
  .person galley-icon {
    font-size: 14px;
    height: 14px;
    margin: 0 3px 0 1px;
    width: 14px;
  }
  blockquote {
    border-left: 3px solid var(--vscode-textBlockQuote-border);
    margin: 6px 0 0;
    overflow-wrap: anywhere;
    padding: 1px 0 1px 10px;
    white-space: pre-wrap;
  }
  .standing {
    align-items: baseline;
    display: flex;
    flex-wrap: wrap;
    gap: 2px 8px;
    margin-top: 14px;
  }
  .waiting galley-icon {
    color: var(--vscode-editorWarning-foreground);
  }
  .good galley-icon,
  .passed galley-icon {
    color: var(--vscode-testing-iconPassed);
  }
  .bad galley-icon,
  .failed galley-icon {
    color: var(--vscode-testing-iconFailed);
  }
  .error galley-icon,
  .caution galley-icon {
    color: var(--vscode-editorWarning-foreground);
  }
  .approvals {
    margin: 4px 0 0 20px;
  }
  .approvals li {
    overflow-wrap: anywhere;
  }
  .actions {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 8px 24px;
    justify-content: space-between;
    margin-top: 12px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .binding {
    display: flex;
    flex-wrap: wrap;
    gap: 0 14px;
  }
  code {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 12px;
  }
  .banner {
    align-items: center;
    background: var(--vscode-inputValidation-warningBackground);
    border: 1px solid var(--vscode-inputValidation-warningBorder);
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
    display: flex;
    flex-wrap: wrap;
    gap: 6px 12px;
    margin-top: 12px;
    padding: 6px 10px;
  }
  .banner p {
    flex: 1 1 240px;
  }
  .banner > galley-icon {
    color: var(--vscode-editorWarning-foreground);
    margin: 0;
  }
  .notice {
    margin-top: 8px;
    overflow-wrap: anywhere;
  }
  .notice galley-icon {
    margin-right: 6px;
  }
  strong {
    font-weight: 600;
  }
  galley-error[compact] {
    margin-top: 12px;
  }
  table {
    border-collapse: collapse;
    margin-top: 18px;
    width: 100%;
  }
  th,
  td {
    height: 22px;
    overflow-wrap: anywhere;
    padding: 1px 16px 1px 0;
    text-align: left;
    vertical-align: baseline;
  }
  thead th {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    font-weight: 600;
  }
  tbody th {
    font-weight: inherit;
    min-width: 96px;
    overflow-wrap: break-word;
  }
  th.value,
  td.value {
    font-variant-numeric: tabular-nums;
    overflow-wrap: normal;
    text-align: right;
    white-space: nowrap;
    width: 22%;
  }
  td.change {
    font-variant-numeric: tabular-nums;
    padding-left: 24px;
    padding-right: 0;
    width: 30%;
  }
  dl {
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    column-gap: 16px;
    display: grid;
    grid-template-columns: minmax(96px, max-content) minmax(0, 1fr);
    margin-top: 10px;
    padding-top: 6px;
  }
  dt {
    padding: 3px 0;
  }
  dd {
    min-width: 0;
    overflow-wrap: anywhere;
    padding: 3px 0;
  }
  summary {
    cursor: pointer;
    list-style: none;
    width: fit-content;
  }
  summary > galley-icon {
    margin: 0 2px 0 -4px;
  }
  details[open] > summary .closed,
  details:not([open]) > summary .opened {
    display: none;
  }
  .inset {
    padding-left: 14px;
  }
  .files,
  .columns {
    max-width: 560px;
  }
  .files li,
  .columns li {
    display: grid;
    gap: 0 12px;
    min-height: 22px;
    padding: 2px 0;
  }
  .files li {
    grid-template-columns: minmax(0, 1fr) auto auto;
  }
  .test {
    display: inline-block;
    margin-right: 12px;
  }
  .file {
    display: inline-block;
    margin-left: 12px;
  }
  .files .number {
    min-width: 36px;
    text-align: right;
  }
  .added {
    color: var(--vscode-gitDecoration-addedResourceForeground);
  }
  .removed {
    color: var(--vscode-gitDecoration-deletedResourceForeground);
  }
  .columns li {
    grid-template-columns: minmax(0, 1fr) auto;
  }
  section h2 {
    margin-top: 18px;
  }
  .events li {
    display: grid;
    gap: 0 6px;
    grid-template-columns: 16px minmax(0, 1fr) auto;
    padding: 3px 0;
  }
  .events .comment {
    grid-column: 2 / -1;
    overflow-wrap: anywhere;
  }
  @container (max-width: 520px) {
    main {
      padding: 12px 12px 24px;
    }
    dl {
      grid-template-columns: minmax(0, 1fr);
    }
    dt {
      font-weight: 600;
      padding-bottom: 0;
    }
    dd {
      padding-top: 0;
    }
    th.value,
    td.value {
      padding-right: 10px;
      width: auto;
    }
    td.change {
      padding-left: 4px;
      width: auto;
    }
    td.change .verdict {
      display: none;
    }
    thead th.value {
      white-space: normal;
    }
    .buttons,
    .buttons vscode-button {
      width: 100%;
    }
  }
`;
