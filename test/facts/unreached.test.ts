/** Whatever does not answer, people read why in words: at each door, for each way in which an answer can fail to come. */

import nock from 'nock';
import { errors } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { RestError } from '../../src/cloudrun/rest-error.ts';
import { unreached } from '../../src/facts/system-error.ts';
import { typedError } from '../../src/kubernetes/http/errors.ts';
import { client, failed, isolate, plain } from '../prometheus/client.ts';

isolate();
afterEach(() => nock.cleanAll());

const system = (code: string, said: string, more: object = {}) => Object.assign(new Error(said), { code, ...more });
const refused = (address: string) =>
  system('ECONNREFUSED', `connect ECONNREFUSED ${address}:6443`, { syscall: 'connect', address, port: 6443 });
const late = (): Error => {
  const { reason } = AbortSignal.any([
    AbortSignal.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  ]);
  return reason as Error;
};

/** As Node, undici and what fetches through it make them. */
const kinds: readonly (readonly [what: string, error: Error, says: string])[] = [
  ['refused', refused('10.0.0.1'), 'nobody listens at 10.0.0.1:6443'],
  ['refused by IPv6', refused('::1'), 'nobody listens at [::1]:6443'],
  [
    'refused at each address of a name',
    Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')], ''), { code: 'ECONNREFUSED' }),
    'nobody listens at [::1]:6443',
  ],
  [
    'refused, behind a fetch',
    new TypeError('fetch failed', { cause: refused('10.0.0.1') }),
    'nobody listens at 10.0.0.1:6443',
  ],
  [
    'a name that nobody knows',
    system('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere.example'),
    'its name is not known here',
  ],
  [
    'a name that cannot be looked up',
    system('EAI_AGAIN', 'getaddrinfo EAI_AGAIN nowhere.example'),
    'its name cannot be looked up',
  ],
  ['a connection that takes too long', system('ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443'), 'no answer came in time'],
  ['the same by undici', new errors.ConnectTimeoutError('Connect Timeout Error'), 'no answer came in time'],
  ['an answer that takes too long', new errors.HeadersTimeoutError('Headers Timeout Error'), 'no answer came in time'],
  ['a wait that we end', late(), 'no answer came in time'],
  ['a reset', system('ECONNRESET', 'read ECONNRESET'), 'the connection was cut'],
  ['a reset by undici', new errors.SocketError('other side closed'), 'the connection was cut'],
  ['no way there', system('EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:443'), 'there is no way to it'],
  [
    'a certificate of its own',
    system('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    'its certificate is of nobody who is trusted here',
  ],
  [
    'a certificate of an unknown issuer',
    system('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'),
    'its certificate is of nobody who is trusted here',
  ],
  [
    'a certificate that is too old',
    system('CERT_HAS_EXPIRED', 'certificate has expired'),
    'its certificate has expired',
  ],
  [
    'a certificate of another',
    system('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"),
    'its certificate is of another name',
  ],
  [
    'no TLS',
    system('ERR_SSL_WRONG_VERSION_NUMBER', '0A00010B:SSL routines:wrong version number:\n'),
    'what it answers is no TLS',
  ],
  ['what nobody has words for', new Error('bad luck', { cause: new Error('of a sort') }), 'bad luck: of a sort'],
];

const doors: Readonly<Record<string, (error: Error) => Promise<string> | string>> = {
  'Kubernetes does not answer: ': (error) => typedError(error).message,
  'Prometheus at prometheus.example.com could not be asked: ': async (error) => {
    nock('https://prometheus.example.com').post(/.*/).times(3).replyWithError(error);
    return (await failed(client().instant(plain, 'up', 0))).message.replace(/\.$/, '');
  },
  '': (error) => RestError.unanswered(error, false).message,
};

describe.each(Object.entries(doors))('%s', (before, door) => {
  test.each(kinds)('%s', async (_, error, says) => {
    expect(await door(error)).toBe(before + says);
  });
});

test.each(kinds)('nobody has to know a code to read of %s', (_, error) => {
  expect(unreached(error)).not.toMatch(/\b(?:E[A-Z_]{4,}|UND_ERR|HPE|SSL)\b/);
});
