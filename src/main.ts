/** Command line -> command. Each command is loaded only when it is asked for. */
import { availableParallelism } from 'node:os';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addSubcommands } from './commands/lab/subcommands.ts';
import { needed, refuseIdle, refuseUnmeant } from './commands/usage.ts';
import { systemTrouble } from './facts/system-error.ts';
import { finerThanSeconds } from './facts/time.ts';
import { manifest } from './manifest.ts';
import { durationMs } from './policy/duration.ts';
import { ruleNames } from './rehearsal/rules/names.ts';

const program = new Command('steadyrun')
  .description('Keeps Google Cloud Run services inside their SLOs.')
  .version(manifest.version)
  // What stands behind a command is that command's own: the lab and what is asked of it both have a --json.
  .enablePositionalOptions()
  .configureOutput({ outputError: (text) => complain(`${text.replace(/^error: |\.?\n$/g, '')}; --help tells more`) })
  .exitOverride();

/** One line on standard error. */
function complain(text: string): void {
  process.stderr.write(`steadyrun: ${text.trim().replace(/\s*\n\s*/g, ' ')}\n`);
}

const json = () => new Option('--json', 'machine-readable output');

/** Commander takes a refusal in words from this error only. */
function number(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Give a number from ${low} to ${high}.`);
  };
}

function whole(low: number, high: number) {
  return (text: string): number => {
    const value = number(low, high)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
  };
}

/** An instant, in epoch milliseconds. */
function instant(text: string): number {
  const isEpoch = /^\d+(\.\d+)?$/.test(text);
  const isRfc3339 =
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && isDay(text.slice(0, 10));
  const atMs = isEpoch ? Math.round(Number(text) * 1000) : isRfc3339 ? Date.parse(text) : Number.NaN;
  const finer = isEpoch ? finerThanSeconds(Number(text)) : null;
  if (finer) throw new InvalidArgumentError(`It must be ${finer.unit}: divide it by ${finer.divisor}.`);
  // The year 9999: beyond it there is no RFC 3339 text.
  if (atMs >= 0 && atMs < 253_402_300_800_000) return atMs;
  throw new InvalidArgumentError('Give a time such as 2026-01-05T08:00:00Z, or epoch seconds.');
}

/** Date.parse takes the 31st of a shorter month for a day of the next. */
function isDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}

function length(text: string): number {
  const lengthMs = durationMs(text);
  if (Number.isFinite(lengthMs)) return lengthMs;
  throw new InvalidArgumentError('Give a length of time such as 120s or 5m.');
}

/** What a name left empty in a script, as "$NAME" does, must not be taken for a name. */
function named(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Give the name of a policy.');
}

refuseUnmeant(program);

const port = whole(0, 65_535);
const collected = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];
let exitCode = 0;
const repeatMs = 500;

/** A command answers with its exit code. */
function runs<Args extends unknown[]>(command: (...args: Args) => Promise<number>) {
  return async (...args: Args): Promise<void> => {
    exitCode = await command(...args);
  };
}

program
  .command('run')
  .description('the operator: watches SLOPolicies and guards their services')
  .option(
    '--lab <url>',
    "take every endpoint and the clock's pace from a lab on this machine (default: $STEADYRUN_LAB, unless a cluster is named with --kubeconfig)",
  )
  .option('--kubeconfig <file>', 'the cluster to work in (default: the one this runs in, else what kubectl would use)')
  .option('--namespace <name>', 'watch only this namespace; the lease is there, too')
  .option('--metrics-port <port>', 'where /metrics, /livez and /readyz are (default 8080; ephemeral with --lab)', port)
  .option('--workers <n>', 'policies looked at side by side', whole(1, 64), 4)
  .option('--leader-elect', 'act only while holding the lease (default inside a cluster)')
  .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
  .action(runs(async (options) => (await import('./commands/run/run.ts')).run(options)));

const lab = program
  .command('lab')
  .description('a simulated Cloud Run world on loopback, with the APIs the operator speaks')
  .option('--services <file>', 'the services it holds (YAML)')
  .option(
    '--history <file>',
    'counters that were recorded before (OpenMetrics, a time in every line; - is standard input): its clock begins where they end',
  )
  .option('--seed <n>', 'the same seed gives the same world', whole(0, 2 ** 32 - 1), 1)
  .option('--speed <x>', 'how much faster than the wall its clock runs', number(0.01, 10_000), 1)
  .addOption(new Option('--port <port>', 'where its control door is').argParser(port).default(0, 'a free one'))
  .option('--platform-delay <duration>', "how late Cloud Run's own metrics are seen", '120s')
  .option('--app-delay <duration>', "how late the app's metrics are seen", '0s')
  .addOption(
    new Option('--etags <manner>', 'whether a write under a stale etag is refused')
      .choices(['Checked', 'Ignored'])
      .default('Checked'),
  )
  .addOption(
    new Option('--latest-ready <manner>', 'whether latestReadyRevision lags behind until the revision has traffic')
      .choices(['Follows', 'Lags'])
      .default('Follows'),
  )
  .addOption(json())
  .action(runs(async (options) => (await import('./commands/lab.ts')).runLab(options)));

addSubcommands(lab, runs);

program
  .command('demo')
  .description('the operator in a lab: five acts, live')
  .option('--seed <n>', 'the same seed gives the same world', whole(0, 2 ** 32 - 1), 1)
  .option(
    '--speed <x>',
    "how much faster than the wall the lab's clock runs (default: 75, less on a busy machine)",
    number(1, 600),
  )
  .addOption(json())
  .action(runs(async (options) => (await import('./commands/demo.ts')).demo(options)));

program
  .command('check')
  .description('every problem of policies in files, with line, path and what to write instead')
  .argument('<file...>', 'YAML or JSON files, or folders of them; - is standard input, as of kubectl get -o yaml')
  .addOption(json())
  .action(
    runs(async (files: string[], options: { json: boolean }) =>
      (await import('./commands/check.ts')).check(files, options, process),
    ),
  );

const generate = program.command('generate').description('what monitoring takes, made of policies, to standard output');

generate
  .command('rules')
  .description('recording rules and alerts for Prometheus')
  .argument('<file...>', 'YAML or JSON files of policies; - is standard input')
  .addOption(
    new Option(
      '--flavor <flavor>',
      'who takes them (default: what each policy asks for, or what fits its metrics)',
    ).choices(['GlobalRules', 'PrometheusRule', 'File']),
  )
  .action(
    runs(async (files: string[], options) =>
      (await import('./commands/generate.ts')).generateRules(files, options, process),
    ),
  );

generate
  .command('grafana')
  .description('alerts of Grafana, as it reads them from provisioning/alerting')
  .argument('<file...>', 'YAML or JSON files of policies; - is standard input')
  .option('--datasource-uid <uid>', 'of the Prometheus data source in Grafana', 'prometheus')
  .action(
    runs(async (files: string[], options) =>
      (await import('./commands/generate.ts')).generateGrafana(files, options, process),
    ),
  );

generate
  .command('monitoring')
  .description('alert policies of Cloud Monitoring and a dashboard, as one list of JSON')
  .argument('<file...>', 'YAML or JSON files of policies; - is standard input')
  .action(runs(async (files: string[]) => (await import('./commands/generate.ts')).generateMonitoring(files, process)));

generate
  .command('dashboard')
  .description('a dashboard of Grafana: budgets, burn rates, canary beside stable, saturation, decisions')
  .argument('<file...>', 'YAML or JSON files of policies; - is standard input')
  .action(runs(async (files: string[]) => (await import('./commands/generate.ts')).generateDashboard(files, process)));

generate
  .command('runbook')
  .description('what to do when an alert fires, in Markdown, with the commands filled in')
  .argument('<file...>', 'YAML or JSON files of policies; - is standard input')
  .action(runs(async (files: string[]) => (await import('./commands/generate.ts')).generateRunbook(files, process)));

program
  .command('rehearse')
  .description('what a policy would do in scenarios: many seeded runs of the real judgement, before anyone trusts it')
  .addOption(needed('--policy <file>', 'a file with one SLOPolicy'))
  .option('--scenario <file>', 'a scenario; may be given several times', collected)
  .option('--tuning', "instead of scenarios: what each mode of tuning would make of a file's services over days")
  .option('--services <file>', 'with --tuning: the services, a file as the lab takes it')
  .option('--days <n>', 'with --tuning: how long', whole(1, 31), 3)
  .option('--runs <n>', 'runs of each scenario', whole(1, 1_000_000), 200)
  .option('--seed <n>', 'the same seed gives the same runs', whole(0, 2 ** 32 - 1), 1)
  .addOption(
    new Option('--rule <name>', `ours, or a peer's for comparison: ${ruleNames.join(', ')}`).default(
      'steadyrun',
      'steadyrun',
    ),
  )
  .option('--rule-options <k=v,...>', "the peer's settings")
  .addOption(
    new Option('--jobs <n>', 'threads').argParser(whole(1, 256)).default(availableParallelism(), 'one for each core'),
  )
  .addOption(json())
  .action(
    runs(async (options, command: Command) => {
      if (options.tuning)
        refuseIdle(command, ['scenario', 'runs', 'rule', 'ruleOptions'], 'cannot be used with --tuning');
      else refuseIdle(command, ['services', 'days'], 'cannot be used without --tuning');
      const wanted = options.tuning ? 'services' : 'scenario';
      if (options[wanted] === undefined) command.error(`required option '--${wanted} <file>' not specified`);
      if (options.tuning) return (await import('./commands/rehearse-tuning.ts')).rehearseTuning(options, process);
      return (await import('./commands/rehearse.ts')).runRehearse(options, process);
    }),
  );

program
  .command('rewrite')
  .description('what a pasted query counts: its bad and total events for one revision')
  .addOption(needed('--query <promql>', 'a ratio of bad to total, or a histogram_quantile'))
  .addOption(needed('--revision <name>', 'the revision to count for'))
  .option('--label <name>', 'the label that names the revision', 'revision_name')
  .option('--threshold <duration>', 'for a quantile: slower than this is bad')
  .option('--unit <unit>', 'for a quantile: Seconds or Milliseconds, where the name of the histogram leaves it open')
  .addOption(json())
  .action(runs(async (options) => (await import('./commands/rewrite.ts')).rewrite(options, process)));

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
      (await import('./commands/import.ts')).runImport(source, file, options, process),
    ),
  );

program
  .command('backtest')
  .description('what it would have decided on recorded metrics, and when; nothing is written anywhere')
  .addOption(needed('--policy <file>', 'one SLOPolicy, YAML or JSON; - is standard input'))
  .addOption(needed('--from <time>', 'where the replay begins: RFC 3339 or epoch seconds').argParser(instant))
  .addOption(needed('--to <time>', 'where it ends').argParser(instant))
  .option('--revision <name>', 'the revision to judge (default: the newest that has its first request in the range)')
  .addOption(
    new Option('--prometheus <url>', "ask this server, without credentials (default: the policy's own)").conflicts(
      'export',
    ),
  )
  .option('--export <file>', 'read a file of answers of /api/v1/query or /api/v1/query_range; - is standard input')
  .option('--delay <duration>', 'how late the metrics were to be seen at the time', length, 0)
  .addOption(json())
  .action(runs(async (options) => (await import('./commands/backtest.ts')).backtest(options, process)));

const cluster = (command: Command): Command =>
  command
    .option('--kubeconfig <file>', "the cluster to ask (default: the lab's, else what kubectl would use)")
    .option(
      '--lab <url>',
      "go by the clock of a lab on this machine, and ask its cluster where no other is named (default: $STEADYRUN_LAB, where KUBECONFIG is that lab's)",
    )
    .option('-n, --namespace <name>', "the policy's namespace (default: the context's)")
    .addOption(json());

cluster(program.command('status').description('what is happening, a policy a line; with a name, in full'))
  .argument('[name]', 'one policy', named)
  .option('-A, --all-namespaces', 'policies of every namespace')
  .option('-w, --watch', 'go on until interrupted')
  .action(
    runs(async (name: string | undefined, options, command: Command) => {
      if (name !== undefined)
        refuseIdle(command, ['allNamespaces'], 'cannot be used with a name: say its namespace with --namespace');
      if (options.allNamespaces) refuseIdle(command, ['namespace'], 'cannot be used with --all-namespaces');
      return (await import('./commands/status.ts')).status(name, options);
    }),
  );

cluster(program.command('why').description('the last decision: the evidence, what was done, what comes next'))
  .argument('<name>', 'the policy', named)
  .action(runs(async (name: string, options) => (await import('./commands/status.ts')).why(name, options)));

// One Ctrl-C may arrive twice, from the terminal and from whoever started us; only a later one ends a command that is
// already ending itself. What has nothing to end is interrupted, by whichever signal.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  let endingSinceMs = Number.NEGATIVE_INFINITY;
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) endingSinceMs = performance.now();
    else if (endingSinceMs === Number.NEGATIVE_INFINITY) process.exit(130);
    else if (performance.now() - endingSinceMs > repeatMs) process.exit(128 + number);
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read the output has had enough, as head does.
  if (error.code === 'EPIPE') process.exit(exitCode);
  complain(`standard output ${systemTrouble(error, 'Write').message}`);
  process.exit(1);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    complain(error instanceof Error ? error.message : String(error));
    exitCode = 1;
  }
}
process.exitCode = exitCode;
// What a library still waits for keeps nothing alive that has answered; the answer itself is written to its end.
setInterval(() => {
  if (process.stdout.writableLength === 0) process.exit(exitCode);
}, 100).unref();
