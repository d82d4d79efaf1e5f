import { request } from 'node:http';
import { createServer } from 'node:net';

/** Milliseconds that a model server has to answer a health request. */
const answerMs = 2000;

/** Whether a server on the loopback answers GET `path` with 2xx. Never rejects. */
export function isHealthy(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, timeout: answerMs }, (answer) => {
      const status = answer.statusCode ?? 0;
      resolve(status >= 200 && status < 300);
      answer.resume();
      // A health answer that never ends must not hold a socket for ever.
      answer.setTimeout(answerMs, () => answer.destroy());
      answer.on('error', () => undefined);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** A port of the loopback that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
