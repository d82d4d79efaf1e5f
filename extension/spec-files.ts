import path from 'node:path';
import type * as vscode from 'vscode';

/** Whether a file is a pipeline spec by its name, whatever language the editor takes it for. */
export function isSpecFile(uri: vscode.Uri): boolean {
  const name = path.posix.basename(uri.path);
  return uri.scheme === 'file' && (name === 'galley.yaml' || name.endsWith('.galley.yaml'));
}

/** Whether the language server looks after a file: specs, the list of backends, and DVC's pipelines. */
export function isGalleyFile(uri: vscode.Uri): boolean {
  const others = uri.path.endsWith('/.galley/backends.yaml') || uri.path.endsWith('/dvc.yaml');
  return isSpecFile(uri) || (uri.scheme === 'file' && others);
}

/** As {@link isGalleyFile}, for the editor. */
export const galleyFiles = [
  { scheme: 'file', pattern: '**/galley.yaml' },
  { scheme: 'file', pattern: '**/*.galley.yaml' },
  { scheme: 'file', pattern: '**/.galley/backends.yaml' },
  { scheme: 'file', pattern: '**/dvc.yaml' },
];
