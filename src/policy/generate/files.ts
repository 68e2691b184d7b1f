/** Every generated file of the repository and what it must hold. */
import { stringify } from 'yaml';
import { crd } from '../crd.ts';
import { reference } from './reference.ts';

const notice = 'Generated from src/policy by `npm run generate`. Do not edit.';

/** Paths from the repository's root. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const manifest = `# ${notice}\n${stringify(crd, { lineWidth: 120, aliasDuplicateObjects: false })}`;
  return {
    'crds/slopolicies.steadyrun.dev.yaml': manifest,
    'deploy/base/crd.yaml': manifest,
    'src/policy/README.md': `<!-- ${notice} -->\n${reference()}`,
  };
}
