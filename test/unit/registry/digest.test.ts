import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { GalleyError } from '../../../engine/errors';
import { artifactDigest } from '../../../engine/registry/digest';

async function write(folder: string, files: Record<string, string | Uint8Array>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

describe('artifactDigest', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'galley-digest-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the sha256 over sorted paths, sizes and contents that the documentation says', async () => {
    await write(path.join(folder, 'model'), { 'b.txt': 'two', 'a/z.bin': 'one', 'a.txt': '' });
    const expected = createHash('sha256').update(
      'a.txt\0' + '0\0' + 'a/z.bin\0' + '3\0one' + 'b.txt\0' + '3\0two',
    );
    assert.equal(await artifactDigest(path.join(folder, 'model')), expected.digest('hex'));
  });

  it('holds when the folder moves or is touched, and changes with any name or byte', async () => {
    const names = fc.uniqueArray(
      fc
        .array(fc.stringMatching(/^[a-z0-9]{1,4}$/), { minLength: 1, maxLength: 3 })
        .map((parts) => parts.join('/')),
      {
        minLength: 1,
        maxLength: 5,
        comparator: (a, b) => `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`),
      },
    );
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(names, fc.uint8Array({ maxLength: 200 }), async (files, content) => {
        const place = path.join(folder, String(turn++));
        const first = files[0]!;
        await write(place, Object.fromEntries(files.map((name) => [name, content])));
        const digest = await artifactDigest(place);
        await rename(place, `${place}-moved`);
        await utimes(path.join(`${place}-moved`, first), 1, 1);
        assert.equal(await artifactDigest(`${place}-moved`), digest);
        await writeFile(path.join(`${place}-moved`, first), Buffer.concat([content, Buffer.from([0])]));
        assert.notEqual(await artifactDigest(`${place}-moved`), digest);
        await writeFile(path.join(`${place}-moved`, first), content);
        await rename(path.join(`${place}-moved`, first), path.join(`${place}-moved`, `${first}.x`));
        assert.notEqual(await artifactDigest(`${place}-moved`), digest);
      }),
      { numRuns: 40 },
    );
  });

  it('takes a single file, and follows links that stay inside', async () => {
    await write(folder, {
      'model.pkl': 'weights',
      'linked/real.txt': 'x',
      'plain/real.txt': 'x',
      'plain/link.txt': 'x',
    });
    assert.equal(
      await artifactDigest(path.join(folder, 'model.pkl')),
      createHash('sha256')
        .update('\0' + '7\0weights')
        .digest('hex'),
    );
    await symlink('real.txt', path.join(folder, 'linked/link.txt'));
    assert.equal(
      await artifactDigest(path.join(folder, 'linked')),
      await artifactDigest(path.join(folder, 'plain')),
    );
  });

  it('refuses links that leave the folder, lead nowhere or loop, and says which', async () => {
    await write(folder, { 'secret.txt': 's', 'out/a': '', 'dangling/a': '', 'loop/inner/a': '' });
    await symlink('../secret.txt', path.join(folder, 'out/b'));
    await symlink('nothing', path.join(folder, 'dangling/b'));
    await symlink('..', path.join(folder, 'loop/inner/up'));
    const cases = {
      out: /link b .* leaves the folder/,
      dangling: /link b .* leads nowhere/,
      loop: /inner\/up .* above/,
    };
    for (const [name, message] of Object.entries(cases))
      await assert.rejects(artifactDigest(path.join(folder, name)), (error: unknown) => {
        assert(error instanceof GalleyError);
        assert.equal(error.code, 'invalid');
        assert.match(error.message, message);
        return true;
      });
    await assert.rejects(artifactDigest(path.join(folder, 'absent')), { code: 'not-found' });
  });
});
