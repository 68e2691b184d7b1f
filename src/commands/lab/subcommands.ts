/** What can be asked of a lab that runs: from the command line to commands, each loaded only when it is asked for. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { closest } from '../../policy/suggest.ts';
import { refuseIdle } from '../usage.ts';
import { eventFlags, eventTargets } from './flags.ts';
import { looks, session } from './session.ts';

/** Sets the exit code by what a command answers. */
type Runs = <Args extends unknown[]>(command: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>;

export function addSubcommands(lab: Command, runs: Runs): void {
  // What stands behind a subcommand is its own, --json too.
  lab.enablePositionalOptions().addHelpText('after', () => sessionText);

  ofLab(lab.command('deploy'))
    .description('a new revision of a service, which behaves as you say')
    .argument('<service>', 'by its name')
    .option('--errors <percent>', 'so many percent of its requests fail (LAB_ERROR_PERCENT)', percent)
    .option('--latency <p50/p95/p99>', 'in milliseconds, such as 110/420/900 (LAB_LATENCY_MS)')
    .option('--env <name=value>', 'any other variable, of the lab or of yours; may be given several times', variable)
    .addHelpText('after', () => deployText)
    .action(runs(async (service: string, options) => (await import('./deploy.ts')).labDeploy(service, options)));

  const event = ofLab(lab.command('event'))
    .description('trouble that comes and goes; without arguments, what trouble there is')
    .argument('[on]', `whom it meets: ${eventTargets.map(([on]) => on).join(', ')}; or end, to end one`)
    .argument('[service]', 'by its name (default: all of them); behind end the ID of an event, or all');
  for (const { flag, value, description } of eventFlags)
    event.option(`${flag} ${value}`.trim(), flag === '--for' ? `${description} (default: 10m)` : description);
  event
    .addHelpText('after', () => eventText)
    .action(
      runs(async (on: string | undefined, service: string | undefined, options) =>
        (await import('./event.ts')).labEvent(on, service, { ...options, fields: fieldsIn(options) }),
      ),
    );

  ofLab(lab.command('truth'))
    .description('what really happened to the users of a service, by revision, and who changed it')
    .argument('<service>', 'by its name')
    .action(runs(async (service: string, options) => (await import('./truth.ts')).labTruth(service, options)));

  ofLab(lab.command('env'))
    .description('where it is, for a shell: eval "$(npx steadyrun lab env)", then kubectl and gcloud find it')
    .action(runs(async (options) => (await import('./env.ts')).labEnv(options)));

  refuseOthers(lab);
}

/** A word that is no subcommand: commander would speak of arguments, since the lab itself is a command, too. */
function refuseOthers(lab: Command): void {
  lab.allowExcessArguments().hook('preAction', (_, called) => {
    const [word] = called.args;
    if (called !== lab) {
      const own = lab.options.map((option) => option.attributeName());
      refuseIdle(lab, own, `is of the lab itself: it cannot stand before ${called.name()}`);
    }
    if (called !== lab || word === undefined) return;
    const meant = closest(
      word,
      lab.commands.map((command) => command.name()),
    );
    lab.error(`error: unknown command 'lab ${word}'${meant === undefined ? '' : ` (Did you mean ${meant}?)`}`);
  });
}

const which = () =>
  new Option('--lab <url>', 'which lab (default: $STEADYRUN_LAB, else the one that runs on this machine)');

const ofLab = (command: Command): Command =>
  command.addOption(which()).addOption(new Option('--json', 'machine-readable output').default(false));

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('Give a number from 0 to 100.');
}

function variable(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Give a name and a value, such as LAB_START_SECONDS=30.');
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`${name} is given twice: leave one out.`);
  return { ...earlier, [name]: value! };
}

/** Of all options those that are an event's, by its fields. */
function fieldsIn(options: Readonly<Record<string, string | boolean>>): Readonly<Record<string, string | boolean>> {
  const given = eventFlags.map(({ field, flag }) => [field, options[camelCase(flag)]] as const);
  return Object.fromEntries(given.filter((entry): entry is [string, string | boolean] => entry[1] !== undefined));
}

/** As commander names an option. */
const camelCase = (flag: string): string => flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

const sessionText = `
A session, from the folder of the repository, while in another terminal runs
npx steadyrun lab --speed 30

${indented(session())}

and then:

${indented(looks)}

What it can hold and do, by all names: src/lab/README.md`;

const deployText = `
What is not said is as in the revision that has most of the traffic. LAB_*
variables say how a revision behaves; src/lab/README.md has them all.

  npx steadyrun lab deploy api --errors 5
  npx steadyrun lab deploy api --latency 110/420/900 --env LAB_START_SECONDS=30
  npx steadyrun lab deploy api --env LAB_START_FAILS=1`;

const eventText = `
Whom it meets, and what may be said of it:

${indented(eventTargets.map(([on, does, met]) => `${on.padEnd(11)}${met}\n${' '.repeat(13)}${does}`))}

  npx steadyrun lab event Both api --errors 20 --for 10m
  npx steadyrun lab event Traffic api --rps 300 --for 1h --ramp 5m
  npx steadyrun lab event Metrics --outage --for 15m

What is there, with the ID of each, and its end before its time:

  npx steadyrun lab event
  npx steadyrun lab event end 3
  npx steadyrun lab event end all`;
