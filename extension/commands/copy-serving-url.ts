import * as vscode from 'vscode';
import { askDeployment } from '../ask/deployments';
import type { GalleyCommand } from './command';

export const copyServingUrl: GalleyCommand = {
  id: 'galley.copyServingUrl',
  async run(services, target) {
    const { deployment } = await askDeployment(
      services,
      target,
      'Copy serving address',
      'that is serving',
      ({ serving }) => serving?.url !== undefined,
    );
    const url = deployment.serving?.url ?? '';
    await vscode.env.clipboard.writeText(url);
    vscode.window.setStatusBarMessage(`$(copy) Copied ${url}`, 3000);
    return url;
  },
};
