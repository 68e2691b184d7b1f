/** The port `Services`, in process and over HTTP: what is true of one is true of the other. */
import { contract } from './contract/contract.ts';
import { inProcess, overTheDoor } from './places.ts';

contract('the lab in process', inProcess);
contract("Cloud Run's client over the lab's door", (world) => overTheDoor(world));
