import type { ThemeIcon } from 'vscode';
import type { RequestStatus, ServingState } from '../../engine/deployment/types';
import type { RunStatus } from '../../engine/tracking/types';
import type { StageStatus } from '../../engine/training/types';
import { icon } from './tree';

/** Icons of states, the same everywhere. Never colour alone: each state has a shape of its own. */
export function stageIcon(status: StageStatus | undefined): ThemeIcon {
  switch (status) {
    case 'running':
      return icon('loading~spin', 'charts.blue');
    case 'finished':
      return icon('pass', 'testing.iconPassed');
    case 'cached':
      return icon('pass-filled', 'testing.iconPassed');
    case 'failed':
      return icon('error', 'testing.iconFailed');
    case 'killed':
      return icon('circle-slash', 'testing.iconSkipped');
    case 'skipped':
      return icon('debug-step-over', 'testing.iconSkipped');
    case 'waiting':
      return icon('clock', 'testing.iconQueued');
    case undefined:
      return icon('circle-outline');
  }
}

export function runIcon(status: RunStatus): ThemeIcon {
  switch (status) {
    case 'RUNNING':
      return icon('loading~spin', 'charts.blue');
    case 'SCHEDULED':
      return icon('clock', 'testing.iconQueued');
    case 'FINISHED':
      return icon('pass', 'testing.iconPassed');
    case 'FAILED':
      return icon('error', 'testing.iconFailed');
    case 'KILLED':
      return icon('circle-slash', 'testing.iconSkipped');
  }
}

export function servingIcon(serving: ServingState | undefined): ThemeIcon {
  switch (serving?.status) {
    case 'healthy':
      return icon('vm-running', 'testing.iconPassed');
    case 'starting':
      return icon('loading~spin', 'charts.blue');
    case 'unhealthy':
      return icon('vm-outline', 'testing.iconFailed');
    case 'stopped':
    case undefined:
      return icon('vm');
  }
}

export function requestIcon(status: RequestStatus, waitingForMe: boolean): ThemeIcon {
  switch (status) {
    case 'waiting':
      return icon('checklist', waitingForMe ? 'list.warningForeground' : 'charts.blue');
    case 'approved':
      return icon('verified', 'testing.iconPassed');
    case 'rolled-out':
      return icon('rocket', 'testing.iconPassed');
    case 'rejected':
      return icon('thumbsdown', 'testing.iconFailed');
    case 'void':
      return icon('warning', 'list.warningForeground');
    case 'withdrawn':
    case 'superseded':
      return icon('circle-slash', 'testing.iconSkipped');
  }
}
