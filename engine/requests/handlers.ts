import type { EngineRequests } from '../protocol';
import type { Project } from '../project';

/** Parameters of a request without the root, which the server has resolved to a project. */
export type ParamsOf<M extends keyof EngineRequests> = Omit<EngineRequests[M]['params'], 'root'>;

/** Answers to some of the protocol's requests over one project; one file per topic exports one of these. */
export type Handlers<M extends keyof EngineRequests> = {
  [K in M]: (project: Project, params: ParamsOf<K>) => Promise<EngineRequests[K]['result']>;
};

/** Methods of one topic, e.g. `runs/list` and its siblings for `runs`. */
export type MethodsOf<Topic extends string> = Extract<keyof EngineRequests, `${Topic}/${string}`>;
