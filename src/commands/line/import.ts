/** `steadyrun import`, as it is typed. */
import { Argument, type Command } from 'commander';
import type { Line } from './line.ts';

export const addImport = (program: Command, { runs, io }: Line): Command =>
  program
    .command('import')
    .description(
      'policies from the SLOs of another tool, on standard output; what could not be carried over is said on standard error, with line, reason and what to do. What can be is printed also where not every SLO can; then the exit code is 1',
    )
    .addArgument(new Argument('<source>', 'what the file is written for').choices(['openslo', 'sloth', 'pyrra']))
    .argument('<file>', 'YAML or JSON; - is standard input')
    .option('--project <id>', 'the project that the Cloud Run services are in: no SLO says it')
    .option('--region <region>', 'the region that they run in: no SLO says it')
    .option('--service <name>', 'the Cloud Run service (default: by the name that the file has for it)')
    .action(
      runs(async (source, file: string, options) =>
        (await import('../import.ts')).runImport(source, file, options, io),
      ),
    );
