/** `steadyrun generate rules FILE…`: what is made of policies, to standard output. */
import { type Flavor, rulesText } from '../generate/flavors.ts';
import { type CheckIo, checkedPolicies } from './check.ts';

/** 0: it is printed. 1: something is wrong with the policies, of which nothing is printed then. */
export async function generateRules(
  files: readonly string[],
  options: { readonly flavor?: Flavor },
  io: CheckIo,
): Promise<number> {
  const { policies, problems } = await checkedPolicies(files, io);
  if (problems !== '') {
    io.stderr.write(problems);
    return 1;
  }
  io.stdout.write(rulesText(policies, options.flavor ?? null));
  return 0;
}
