import type { Handlers, MethodsOf } from './handlers';

export const backendHandlers: Handlers<MethodsOf<'backends'>> = {
  'backends/list': (project) => project.backends.list(),
  'backends/add': (project, { backend }) => project.backends.add(backend),
};
