import { Option } from 'commander';
import { version } from '../../../package.json';
import type { Diagnostic } from '../../pipeline/diagnostics';
import { diagnosticsAsText } from '../../pipeline/format/diagnostic-text';
import { diagnosticsAsGithub } from '../../pipeline/format/github';
import { diagnosticsAsSarif } from '../../pipeline/format/sarif';
import { validate } from '../../pipeline/validate';
import type { RegisterCommand } from '../context';

/** A diagnostic with the keys that the documentation names. */
function documented({ file, code, severity, message, range, related }: Diagnostic): Diagnostic {
  return { file, code, severity, message, range, ...(related === undefined ? {} : { related }) };
}

const formats = ['text', 'json', 'sarif', 'github'] as const;

/** `galley validate`: exit 0 without errors, 1 with errors, 2 for wrong use. Opens no store. */
export const registerValidate: RegisterCommand = (program, context) => {
  program
    .command('validate')
    .description('check galley.yaml, *.galley.yaml and .galley/backends.yaml')
    .argument('[path...]', 'files, or folders to search; this folder when not given')
    .addOption(new Option('--format <format>', 'what to print').choices(formats).default('text'))
    .action(async (paths: string[], { format }: { format: (typeof formats)[number] }) => {
      const { files, diagnostics } = await validate(context.cwd(), paths);
      switch (format) {
        case 'json':
          context.print(diagnostics.map(documented), 'json', () => '');
          break;
        case 'sarif':
          context.print(diagnosticsAsSarif(diagnostics, version), 'json', () => '');
          break;
        case 'github':
          context.print(diagnostics, 'text', diagnosticsAsGithub);
          break;
        case 'text':
          context.print(diagnostics, 'text', (all) => diagnosticsAsText(all, files.length));
          break;
      }
      context.exit(diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0);
    });
};
