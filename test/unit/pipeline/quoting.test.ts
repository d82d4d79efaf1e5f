import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { GalleyError } from '../../../engine/errors';
import { resolveCommand, resolveShellLine, resolveText } from '../../../engine/pipeline/expressions';

/** What a real sh makes of a line: the arguments that its command gets. */
function argumentsIn(line: string): string[] {
  const output = execFileSync('sh', ['-c', line], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/' },
  });
  return output.split('\0').slice(0, -1);
}

const nasty = fc.oneof(
  fc.string({ unit: fc.constantFrom(...`'"\\$\`!#&|;()<>{}[]*?~=% \n\tab-`) }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '$(touch x)',
    '`id`',
    "'; echo pwned; '",
    '"; echo pwned; "',
    '\\',
    "\\'",
    '\n',
    '',
    '-n',
    '$HOME',
    '${x}',
  ),
);
const value = nasty.filter(
  (text) => !text.includes('\0') && !text.includes('\uFFFD') && !/\p{Surrogate}/u.test(text),
);

describe('quoting for the shell', function () {
  this.timeout(0);

  const scope = (text: string) => ({ 'params.v': text });

  for (const [where, template, wrap] of [
    ['bare', "printf '%s\\0' ${{ params.v }} end", (text: string) => text],
    ['inside double quotes', 'printf \'%s\\0\' "<${{ params.v }}>" end', (text: string) => `<${text}>`],
    ['inside single quotes', "printf '%s\\0' '<${{ params.v }}>' end", (text: string) => `<${text}>`],
    ['glued to a word', "printf '%s\\0' --x=${{ params.v }}y end", (text: string) => `--x=${text}y`],
    [
      'inside $( )',
      'x="$(printf %s. "${{ params.v }}")"; printf \'%s\\0\' "${x%.}" end',
      (text: string) => text,
    ],
  ] as const)
    it(`gives a command exactly the value, whatever it is, ${where}`, () => {
      fc.assert(
        fc.property(value, (text) => {
          const line = resolveShellLine(template, scope(text), 'sh');
          assert.deepEqual(argumentsIn(line), [wrap(text), 'end']);
        }),
        { numRuns: 60 },
      );
    });

  it('never lets a value out of a comment', () => {
    const line = resolveShellLine(
      "# ${{ params.v }}\nprintf '%s\\0' end",
      scope("a\nprintf 'pwned\\0'\r\nb"),
      'sh',
    );
    assert.deepEqual(argumentsIn(line), ['end']);
  });

  it('refuses where nothing makes a value safe, and lets plain values through', () => {
    for (const template of [
      'echo `cat ${{ params.v }}`',
      'cat <<END\n${{ params.v }}\nEND',
      'echo $((1 + ${{ params.v }}))',
      'echo "${x:-${{ params.v }}}"',
      'echo \\${{ params.v }}',
      "echo $'${{ params.v }}'",
    ]) {
      assert.throws(() => resolveShellLine(template, scope('a b'), 'sh'), GalleyError, template);
      assert.equal(resolveShellLine(template, scope('12'), 'sh'), template.replace('${{ params.v }}', '12'));
    }
    assert.throws(() => resolveShellLine('echo $${{ params.v }}', scope('HOME'), 'sh'), GalleyError);
    assert.throws(() => resolveShellLine('echo ${{ params.v }}', scope('a\0b'), 'sh'), GalleyError);
  });

  it('quotes for cmd as it reads arguments and then itself', () => {
    assert.equal(resolveShellLine('echo ${{ params.v }}', scope('a b'), 'cmd'), 'echo ^"a^ b^"');
    assert.equal(
      resolveShellLine('echo ${{ params.v }}', scope('%PATH%&calc'), 'cmd'),
      'echo ^"^%PATH^%^&calc^"',
    );
    assert.equal(resolveShellLine('echo ${{ params.v }}', scope('a"b\\'), 'cmd'), 'echo ^"a\\^"b\\\\^"');
    assert.equal(
      resolveShellLine('echo "${{ params.v }}"', scope('build/model'), 'cmd'),
      'echo "build/model"',
    );
    assert.throws(() => resolveShellLine('echo "${{ params.v }}"', scope('a b'), 'cmd'), GalleyError);
    assert.throws(() => resolveShellLine('echo ${{ params.v }}', scope('a\nb'), 'cmd'), GalleyError);
  });

  it('leaves an argument vector unquoted and says what has no value', () => {
    assert.deepEqual(
      resolveCommand(['echo', '--x=${{params.v}}', '${{ port }}'], { ...scope("a 'b"), port: 80 }),
      {
        argv: ['echo', "--x=a 'b", '80'],
      },
    );
    assert.equal(resolveText('${{ datasets.d }}|${{ datasets.d.path }}', { 'datasets.d.path': 'x' }), 'x|x');
    assert.throws(() => resolveText('${{ toString }}', {}), /Nothing here is called `toString`/);
  });
});
