/** What `lab event` takes, a flag for each field of an event. Nothing is imported here: the help of every command reads it. */

export interface EventFlag {
  /** Of an event. */
  readonly field: string;
  readonly flag: string;
  /** Of its value; an empty one takes none. */
  readonly value: string;
  readonly description: string;
}

export const eventFlags: readonly EventFlag[] = [
  flag('at', '--at', '<duration>', 'when it begins, from now'),
  flag('for', '--for', '<duration>', 'how long it lasts'),
  flag('every', '--every', '<duration>', 'how often it comes back'),
  flag('errorPercent', '--errors', '<percent>', 'so many percent of the requests fail, on top'),
  flag('latencyFactor', '--latency-factor', '<x>', 'latencies are multiplied by this'),
  flag('websocketDisconnectPercent', '--disconnects', '<percent>', 'so many percent of WebSockets drop, on top'),
  flag('outage', '--outage', '', 'no metrics are seen, or the log cannot be read'),
  flag('delay', '--delay', '<duration>', 'metrics are seen so much later'),
  flag('rps', '--rps', '<n>', 'requests a second, instead of the usual ones'),
  flag('ramp', '--ramp', '<duration>', 'how long it takes to grow to its full strength'),
  flag('jitter', '--jitter', '<duration>', 'it begins up to this much later, by chance'),
];

function flag(field: string, name: string, value: string, description: string): EventFlag {
  return { field, flag: name, value, description };
}

/** Whom or what an event meets, and which flags say what it does there. */
export const eventTargets: readonly (readonly [on: string, does: string, met: string])[] = [
  ['Candidate', '--errors --latency-factor --disconnects', 'the newest revision there is when it is posted'],
  ['Stable', '--errors --latency-factor --disconnects', 'every other revision'],
  ['Both', '--errors --latency-factor --disconnects', 'all of them: a shared outage'],
  ['Traffic', '--rps', 'how many requests come'],
  ['Metrics', '--outage --delay', 'what the operator sees of all services'],
  ['Logs', '--outage', 'the log of instances that were killed'],
];
