/** The example as a newcomer gets it: a copy in git with two people, and its own virtual environment. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot, run } from './steps.mjs';

/** Ana trains and asks; Li reviews. */
export const people = {
  author: { name: 'Ana Example', email: 'ana@example.com' },
  reviewer: { name: 'Li Example', email: 'li@example.com' },
};

/**
 * Makes, once, a bare `origin.git` and a clone for each person.
 * @param folder where; made when missing
 * @returns absolute paths of the clones
 */
export async function copyExample(folder, name = 'card-fraud') {
  const origin = path.join(folder, 'origin.git');
  const author = path.join(folder, name);
  const reviewer = path.join(folder, `${name}-reviewer`);
  if (!existsSync(reviewer)) {
    await mkdir(folder, { recursive: true });
    await cp(path.join(projectRoot, 'examples', name), author, {
      recursive: true,
      filter: (file) => !/[\\/](\.venv|__pycache__|build|data|mlruns|serving|\.galley)$/.test(file),
    });
    await run('git', ['init', '--quiet', '--initial-branch=main', author]);
    await identify(author, people.author);
    await run('git', ['add', '--all'], { cwd: author });
    await run('git', ['commit', '--quiet', '--message', 'Start the card-fraud model'], { cwd: author });
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
    await run('git', ['remote', 'add', 'origin', origin], { cwd: author });
    await run('git', ['push', '--quiet', '--set-upstream', 'origin', 'main'], { cwd: author });
    await run('git', ['clone', '--quiet', origin, reviewer]);
    await identify(reviewer, people.reviewer);
  }
  return { origin, author, reviewer };
}

async function identify(clone, { name, email }) {
  await run('git', ['config', 'user.name', name], { cwd: clone });
  await run('git', ['config', 'user.email', email], { cwd: clone });
}

/** A Python that is new enough, or undefined. */
export async function findPython() {
  for (const command of process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
    try {
      const version = await run(command, [
        '-c',
        'import sys, venv, ensurepip; print(sys.version_info >= (3, 10))',
      ]);
      if (version.trim() === 'True') return command;
    } catch {
      // The next name may be there.
    }
  }
  return undefined;
}

/** Makes the virtual environment once per content of requirements.txt. */
export async function makeVenv(python, venv, requirements) {
  const mark = path.join(venv, 'galley-requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === wanted) return;
  await run(python, ['-m', 'venv', '--clear', venv]);
  const bin = path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  await run(bin, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  await writeFile(mark, wanted);
}

/** Lets a clone use the virtual environment as its own `.venv`. */
export async function linkVenv(venv, clone) {
  const link = path.join(clone, '.venv');
  if (!existsSync(link)) await symlink(venv, link, 'junction');
}
