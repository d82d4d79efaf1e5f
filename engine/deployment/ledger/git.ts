import { simpleGit, GitError, GitPluginError } from 'simple-git';
import { GalleyError } from '../../errors';

/** What a git command was refused with. */
export class GitFailure extends GitError {
  constructor(
    readonly exitCode: number,
    /** git's own words, without the `fatal:` or `error:` in front. */
    readonly words: string,
  ) {
    super(undefined, words);
  }
}

export interface GitOptions {
  /** Given to the command on its standard input. */
  input?: string;
  /** Author of what the command writes; everything else of the environment stays as it is. */
  author?: { name: string; email: string };
  /** Milliseconds of silence after which the command is given up; no limit when not given. */
  silence?: number;
}

/** git plumbing in one folder. Commands reject with {@link GitFailure} when git says no. */
export interface Git {
  /** Real path of the folder that the commands run in. */
  folder: string;
  /** @returns standard output as it is */
  run(args: string[], options?: GitOptions): Promise<string>;
  /** Like `run`, without the line break at the end; undefined when git answers no (exit code 1). */
  ask(args: string[]): Promise<string | undefined>;
  /** `cat-file --batch` of the named objects: headers and contents as git prints them. */
  objects(names: string[]): Promise<Buffer>;
}

/**
 * Variables of git that a person's shell or VS Code sets on purpose: credentials, transport, configuration.
 * simple-git takes all others out (GIT_DIR, GIT_INDEX_FILE … of a hook that runs us would point elsewhere).
 */
const transport = [
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_NO_VERIFY',
  'GIT_TERMINAL_PROMPT',
  'GIT_EXEC_PATH',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
];
const people = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'];

function allowedEnvironment(author: GitOptions['author']): string[] {
  const configuration = Object.keys(process.env).filter((name) =>
    /^GIT_CONFIG_(COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$/.test(name),
  );
  // GIT_AUTHOR_* would win over the author that the caller names.
  const persons = author === undefined ? people : people.filter((name) => !name.startsWith('GIT_AUTHOR_'));
  return [...transport, ...configuration, ...persons];
}

function ownWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote): /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  return lines.slice(0, 4).join(' ') || 'git said nothing';
}

/** Opens git in a folder that exists; asks git nothing yet. */
export function openGit(folder: string): Git {
  function command(options: GitOptions) {
    const { input, author, silence } = options;
    return simpleGit({
      baseDir: folder,
      allowEnvironment: allowedEnvironment(author),
      ...(author === undefined
        ? {}
        : { config: [`author.name=${author.name}`, `author.email=${author.email}`] }),
      ...(input === undefined ? {} : { input: () => input }),
      ...(silence === undefined ? {} : { timeout: { block: silence } }),
      completion: { onClose: true, onExit: false },
      errors(error, { exitCode, stdErr }) {
        if (error instanceof GitPluginError) return error;
        if (exitCode === 0) return undefined;
        return new GitFailure(exitCode, ownWords(Buffer.concat(stdErr).toString('utf8')));
      },
    });
  }

  async function run(args: string[], options: GitOptions = {}): Promise<string> {
    try {
      return await command(options).raw(args);
    } catch (error) {
      throw translated(error, folder);
    }
  }

  return {
    folder,
    run,
    async ask(args) {
      try {
        return (await run(args)).replace(/\r?\n$/, '');
      } catch (error) {
        if (error instanceof GitFailure && error.exitCode === 1) return undefined;
        throw error;
      }
    },
    async objects(names) {
      try {
        const input = names.map((name) => `${name}\n`).join('');
        return (await command({ input }).binaryCatFile(['--batch'])) as Buffer;
      } catch (error) {
        throw translated(error, folder);
      }
    },
  };
}

/** A git that is not there, and one that has fallen silent, are expected too. */
function translated(error: unknown, folder: string): unknown {
  if (error instanceof GitFailure && error.words.includes('ENOENT')) {
    return new GalleyError(
      'not-found',
      'git was not found on this machine.',
      { subject: folder, remedy: 'Install git and make sure that it is on the PATH.' },
      { cause: error },
    );
  }
  if (error instanceof GitPluginError && error.plugin === 'timeout') {
    return new GitFailure(-1, 'git got no answer in time.');
  }
  return error;
}
