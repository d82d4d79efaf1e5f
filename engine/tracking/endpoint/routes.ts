import { RestError } from './errors';
import { artifactRoutes } from './artifacts';
import { experimentRoutes } from './experiments';
import { loggedModelRoutes } from './logged-models';
import { loggingRoutes } from './logging';
import { modelVersionRoutes } from './model-versions';
import { registeredModelRoutes } from './registered-models';
import { runRoutes } from './runs';
import type { Route } from './stores';

const routes: Route[] = [
  ...experimentRoutes,
  ...runRoutes,
  ...loggingRoutes,
  ...artifactRoutes,
  ...loggedModelRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
];

interface Found {
  route: Route;
  /** Decoded path parameters. */
  parameters: Record<string, string>;
}

const fixed = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));

const patterns = routes
  .filter(({ path }) => path.includes('{'))
  .map((route) => ({ route, parts: route.path.split('/') }));

/**
 * The route of a request.
 * @param path below `/api/2.0/mlflow/`, still encoded
 * @throws RestError `INVALID_PARAMETER_VALUE` for a parameter that is not valid percent-encoding
 */
export function findRoute(method: string, path: string): Found | undefined {
  const exact = fixed.get(`${method} ${path}`);
  if (exact !== undefined) return { route: exact, parameters: {} };
  const asked = path.split('/');
  for (const { route, parts } of patterns) {
    if (route.method !== method || parts.length !== asked.length) continue;
    const parameters: Record<string, string> = {};
    const fits = parts.every((part, index) => {
      const value = asked[index] ?? '';
      if (!part.startsWith('{')) return part === value;
      parameters[part.slice(1, -1)] = decodedPath(value);
      return value !== '';
    });
    if (fits) return { route, parameters };
  }
  return undefined;
}

/** Undoes percent-encoding. */
export function decodedPath(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new RestError('INVALID_PARAMETER_VALUE', `Invalid path: ${encoded.slice(0, 200)}`);
  }
}
