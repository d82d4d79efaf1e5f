import { assertAliasMayMove } from '../registry/alias-policy';
import type { Handlers, MethodsOf } from './handlers';

export const modelHandlers: Handlers<MethodsOf<'models'>> = {
  'models/list': async (project) => {
    const models = await project.registry.models();
    return Promise.all(
      models.map(async (model) => ({ model, versions: await project.registry.versions(model.name) })),
    );
  },
  'models/register': (project, request) => project.models.register(request),
  'models/test': (project, { model, version }) => project.models.evaluate(model, version),
  'models/alias': async (project, { model, alias, version }) => {
    assertAliasMayMove(await project.deployments.list(), model, alias);
    if (version === null) await project.registry.deleteAlias(model, alias);
    else await project.registry.setAlias(model, alias, version);
    return project.registry.model(model);
  },
};
