import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DeploymentRequest, DeploymentStatus } from '../../../engine/deployment/types';
import { requestWords, rolloutWords } from '../../../extension/deployment-words';

const status: DeploymentStatus = {
  name: 'production',
  spec: 'galley.yaml',
  model: 'card-fraud',
  target: 'local',
  requests: [],
  rollout: { strategy: 'all-at-once', steps: [100], waitSeconds: 0 },
  policy: undefined,
};
const now = { deployment: 'production', model: 'card-fraud', version: '12' };
const url = 'http://127.0.0.1:4123';

describe('what is said of deployments', () => {
  it('says what is in service, and warns of what could not be done after it was', () => {
    assert.deepEqual(rolloutWords(now, { status, url }), {
      kind: 'information',
      message: 'production serves card-fraud v12 at http://127.0.0.1:4123.',
    });
    const warnings = ['The alias champion could not be moved to v12: locked.', 'The event is only here'];
    assert.deepEqual(rolloutWords(now, { status, url, warnings }, true), {
      kind: 'warning',
      message:
        'production serves card-fraud v12 again at http://127.0.0.1:4123. ' +
        'The alias champion could not be moved to v12: locked. The event is only here.',
    });
  });

  it('warns of a request that nobody else can see yet', () => {
    const request: DeploymentRequest = {
      id: 'c0ffee',
      binding: { ...now, digest: '', commit: '', target: 'local', policyDigest: '' },
      requestedBy: { name: 'Ana', email: 'ana@example.com', assurance: 'asserted' },
      requestedAt: 0,
      comment: '',
      status: 'waiting',
      reason: '',
      policy: undefined,
      approvals: [],
      waitingForMe: false,
    };
    assert.deepEqual(requestWords('Requested it.', request), {
      kind: 'information',
      message: 'Requested it.',
    });
    assert.deepEqual(requestWords('Requested it.', { ...request, unshared: 'origin does not answer.' }), {
      kind: 'warning',
      message: 'Requested it. It is only on this machine so far: origin does not answer.',
    });
  });
});
