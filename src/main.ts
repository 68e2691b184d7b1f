/** The process: how it is interrupted, and how it ends. What can be asked of it is commands/line/steadyrun.ts. */
import { complain, steadyrun } from './commands/line/steadyrun.ts';
import { systemTrouble } from './facts/system-error.ts';

const repeatMs = 500;

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

let exitCode = 0;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read the output has had enough, as head does.
  if (error.code === 'EPIPE') process.exit(exitCode);
  complain(process.stderr, `standard output ${systemTrouble(error, 'Write').message}`);
  process.exit(1);
});

exitCode = await steadyrun(process.argv.slice(2), process);
process.exitCode = exitCode;
// What a library still waits for keeps nothing alive that has answered; the answer itself is written to its end.
setInterval(() => {
  if (process.stdout.writableLength === 0) process.exit(exitCode);
}, 100).unref();
