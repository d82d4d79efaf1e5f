import type { ThemeIcon } from 'vscode';
import type { EngineRequests } from '../../engine/protocol';
import type { Engine } from '../engine-client';
import { facts } from '../facts';
import { tooltip } from '../markdown';
import { icon, withinProject, type LoadNodes, type TreeNode } from './tree';

type BackendStatus = EngineRequests['backends/list']['result'][number];

function backendIcon(state: BackendStatus['state']): ThemeIcon {
  switch (state) {
    case 'connected':
      return icon('circle-filled', 'testing.iconPassed');
    case 'unreachable':
      return icon('debug-disconnect', 'testing.iconFailed');
    case 'unauthorized':
      return icon('key', 'list.warningForeground');
    case 'unsupported':
      return icon('circle-outline');
  }
}

function backendNode(root: string, backend: BackendStatus): TreeNode {
  return {
    id: `${root}/backend/${backend.name}`,
    label: backend.name,
    description: facts(
      withinProject(backend.summary, root),
      backend.state === 'connected' ? undefined : backend.remedy,
    ),
    tooltip: tooltip(backend.name, backend.remedy, [
      ['Kind', backend.kind],
      ['Address', backend.address],
      ['State', backend.state],
      ['Can do', backend.capabilities.join(', ')],
    ]),
    icon: backendIcon(backend.state),
    contextValue: `backend.${backend.state}`,
    target: { root },
  };
}

/** Connected systems: the built-in local one, and those of `.galley/backends.yaml`. */
export function backendNodes(engine: Engine): LoadNodes {
  return async (root) =>
    (await engine.request('backends/list', { root })).map((backend) => backendNode(root, backend));
}
