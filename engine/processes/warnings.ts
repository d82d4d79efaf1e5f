/**
 * Keeps Node's warning that `node:sqlite` is experimental out of this process's stderr; every other warning is shown as
 * before. Node prints warnings in the turn after they come, so this works even when that module is loaded already.
 * For composition roots, which own their process.
 */
export function hideSqliteWarning(): void {
  const shown = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.startsWith('SQLite ')) return;
    for (const show of shown) show.call(process, warning);
  });
}
