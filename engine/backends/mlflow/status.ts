import type { BackendConfig, BackendStatus } from '../types';

/** Asks an MLflow server for its version (`GET /version`, plain text) without following redirects. */
export async function mlflowStatus(backend: BackendConfig): Promise<BackendStatus> {
  const address = backend.url ?? '';
  const status = (state: BackendStatus['state'], summary: string, remedy?: string): BackendStatus => ({
    name: backend.name,
    kind: backend.kind,
    address,
    capabilities: [],
    state,
    summary,
    ...(remedy === undefined ? {} : { remedy }),
  });
  if (address === '')
    return status('unsupported', 'no url given', 'Add `url` to the backend in .galley/backends.yaml.');
  try {
    const answer = await fetch(new URL('version', address.endsWith('/') ? address : `${address}/`), {
      signal: AbortSignal.timeout(3000),
      redirect: 'manual',
    });
    if (answer.status === 401 || answer.status === 403)
      return status(
        'unauthorized',
        'asks to sign in',
        'Signing in to MLflow servers comes with a later version.',
      );
    const version = (await answer.text()).trim();
    if (!answer.ok || !/^\d+\.\d+/.test(version) || version.length > 40)
      return status(
        'unreachable',
        `answers, but not as MLflow (HTTP ${answer.status})`,
        'Check the address.',
      );
    return status('connected', `MLflow ${version}`);
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const reason = timedOut ? 'did not answer within 3 s' : 'refused the connection';
    return status('unreachable', reason, `Start the server, or correct its address (${address}).`);
  }
}
