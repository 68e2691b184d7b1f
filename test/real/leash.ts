/**
 * Runs a server that cannot outlive who started it: when standard input closes, which also happens when the starter is
 * killed, the server is asked to end, and after five seconds made to.
 *   node leash.ts COMMAND ARG…
 */
import { spawn } from 'node:child_process';

const patienceMs = 5_000;
const [command = '', ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.on('exit', (code) => process.exit(code ?? 1));
process.stdin.on('end', () => {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), patienceMs);
});
process.stdin.resume();
