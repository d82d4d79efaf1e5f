import { askRoot } from '../ask/projects';
import { askText, choose, tell } from '../ask/prompts';
import type { GalleyCommand } from './command';

const title = 'Add backend';

/** Kinds of systems, in the field's words; whether this version can use one is the engine's answer. */
const kinds = [
  { label: 'MLflow', description: 'tracking, registry', value: 'mlflow', example: 'http://127.0.0.1:5000' },
  { label: 'Ray', description: 'training', value: 'ray', example: 'http://127.0.0.1:8265' },
  {
    label: 'Kubernetes',
    description: 'training, serving with KServe',
    value: 'kubernetes',
    example: 'https://cluster.example.com:6443',
  },
  {
    label: 'GitHub',
    description: 'training, approval',
    value: 'github',
    example: 'https://github.com/owner/repository',
  },
  {
    label: 'Airflow',
    description: 'training, approval',
    value: 'airflow',
    example: 'http://127.0.0.1:8080',
  },
];

function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return 'An address such as http://host:port is needed.';
  // The file is committed: a secret in it would be published.
  return url.username !== '' || url.password !== '' ? 'No user name or password here.' : undefined;
}

/** Writes a system into `.galley/backends.yaml` and says whether it answers. */
export const addBackend: GalleyCommand = {
  id: 'galley.addBackend',
  async run(services, target) {
    const root = await askRoot(services, target, title);
    const kind = await choose(
      title,
      'Choose the kind of system',
      kinds.map((value) => ({ ...value, value })),
    );
    const taken = (await services.engine.request('backends/list', { root })).map(({ name }) => name);
    const name = await askText({
      title,
      prompt: 'A name for it, as galley.yaml will refer to it',
      value: taken.includes(kind.value) ? '' : kind.value,
      check: (text) => {
        if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(text.trim()))
          return 'Letters, digits, - and _ only, and a letter first.';
        return taken.includes(text.trim()) ? `${text.trim()} is taken.` : undefined;
      },
    });
    const url = await askText({ title, prompt: 'Its address', placeHolder: kind.example, check: urlProblem });
    const status = await services.engine.request('backends/add', {
      root,
      backend: { name, kind: kind.value, url },
    });
    services.views.refresh();
    if (status.state === 'connected') tell('information', `Added ${name}: ${status.summary}.`, {});
    else
      tell(
        'warning',
        [`Added ${name}, but it cannot be used: ${status.summary}.`, status.remedy].filter(Boolean).join(' '),
        {
          'Show Backends': { command: 'galley.backends.focus' },
        },
      );
    return status;
  },
};
