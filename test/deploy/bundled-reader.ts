/**
 * A program with everything heavy that the operator carries, for the bundle's test: reads one Cloud Run service over REST
 * from 127.0.0.1 and prints what it read and the memory it took.
 *   node FILE PORT
 */
import { ServicesClient } from '@google-cloud/run';
import { KubeConfig } from '@kubernetes/client-node';
import { PassThroughClient } from 'google-auth-library';
import { pino } from 'pino';
import { collectDefaultMetrics, register } from 'prom-client';
import { Agent } from 'undici';

const services = new ServicesClient({
  fallback: true,
  protocol: 'http',
  apiEndpoint: '127.0.0.1',
  port: Number(process.argv[2]),
  authClient: new PassThroughClient(),
});
const log = pino({ base: null, timestamp: false });
collectDefaultMetrics();
new KubeConfig().loadFromOptions({ clusters: [], users: [], contexts: [] });
await new Agent().close();

const name = 'projects/acme/locations/europe-west1/services/api';
const [service] = await services.getService({ name });
const failure = await services.getService({ name: `${name}-absent` }).catch((error: { code: number }) => error.code);
const metrics = (await register.metrics()).includes('process_resident_memory_bytes');
log.info({ etag: service.etag, traffic: service.traffic, failure, metrics, rssMb: process.memoryUsage().rss / 1e6 });
