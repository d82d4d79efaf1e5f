import type { Handlers, MethodsOf } from './handlers';

export const monitorHandlers: Handlers<MethodsOf<'monitors'> | MethodsOf<'drift'>> = {
  'monitors/list': (project) => project.monitors.list(),
  'monitors/check': (project, { spec, monitor }) => project.monitors.check(spec, monitor),
  'monitors/acknowledge': (project, { alertId, comment }) => project.monitors.acknowledge(alertId, comment),
  'monitors/retrain': (project, request) => project.monitors.retrain(request),
  'drift/compute': (project, { query }) => project.monitors.drift(query),
};
