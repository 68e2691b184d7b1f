/** Every generated file of the repository and what it must hold. */
import { stringify } from 'yaml';
import { crd } from '../policy/crd.ts';
import { reference } from '../policy/generate/reference.ts';
import { scenarioReference } from '../scenario/reference.ts';

const notice = (room: string): string => `Generated from ${room} by \`npm run generate\`. Do not edit.`;

/** Where the scenario is that its page shows. Paths are from the repository's root. */
export const exampleFile = 'deploy/examples/scenarios/late-leak.yaml';

export function generatedFiles(example: string): Readonly<Record<string, string>> {
  const manifest = `# ${notice('src/policy')}\n${stringify(crd, { lineWidth: 120, aliasDuplicateObjects: false })}`;
  return {
    'crds/slopolicies.steadyrun.dev.yaml': manifest,
    'deploy/base/crd.yaml': manifest,
    'src/policy/README.md': `<!-- ${notice('src/policy')} -->\n${reference()}`,
    'src/scenario/README.md': `<!-- ${notice('src/scenario')} -->\n${scenarioReference(example)}`,
  };
}
