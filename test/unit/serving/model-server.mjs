/**
 * A model server as small as can be: `node model-server.mjs MODEL PORT`. `MODEL/behaviour.json` says how it behaves:
 * `mode` healthy | never | dies, `label` (its prediction), `slowMs`, `failEvery` (every n-th request is
 * answered with 500), `dieAfter` (requests). It answers compressed what it is asked compressed.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const [model, port] = process.argv.slice(2);
const behaviour = JSON.parse(readFileSync(path.join(model, 'behaviour.json'), 'utf8'));
appendFileSync(`${model}.starts`, `${process.pid}\n`);
if (behaviour.mode === 'dies') {
  console.error('no such weights: layer 7');
  process.exit(3);
}

let asked = 0;
createServer((request, response) => {
  if (request.url === '/health') {
    response.writeHead(behaviour.mode === 'never' ? 503 : 200).end();
    return;
  }
  asked++;
  const mine = asked;
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (behaviour.dieAfter !== undefined && mine >= behaviour.dieAfter) process.exit(9);
    const answer = () => {
      if (request.url === '/echo') {
        response.writeHead(201, {
          'content-type': request.headers['content-type'] ?? '',
          'x-method': request.method,
          'x-seen': JSON.stringify(request.headers),
          'set-cookie': ['a=1', 'b=2'],
        });
        response.end(body);
        return;
      }
      if (request.url === '/length') {
        response.end(String(body.length));
        return;
      }
      if (request.url === '/refuse') {
        response.writeHead(422).end('{}');
        return;
      }
      if (behaviour.failEvery !== undefined && mine % behaviour.failEvery === 0) {
        response.writeHead(500, { 'content-type': 'application/json' }).end('{"error": "broken"}');
        return;
      }
      const gzip = request.headers['content-encoding'] === 'gzip';
      const rows = JSON.parse((gzip ? gunzipSync(body) : body).toString() || '{}').dataframe_records ?? [];
      const text = JSON.stringify({ predictions: rows.map(() => behaviour.label) });
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(gzip ? gzipSync(text) : text);
    };
    if (behaviour.slowMs === undefined) answer();
    else setTimeout(answer, behaviour.slowMs);
  });
}).listen(Number(port), '127.0.0.1');
