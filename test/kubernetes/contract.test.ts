import { TestCluster } from './cluster.ts';
import { contract } from './contract/contract.ts';

contract('the lab’s API server', async () => {
  const cluster = await TestCluster.start();
  cluster.door.compact();
  return { admin: cluster.config(), operator: cluster.config(), stop: () => cluster.stop() };
});
