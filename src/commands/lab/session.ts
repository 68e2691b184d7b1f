/** The first five lines with a lab. Nothing is imported here: the help of every command reads it. */

/** `named` is what says which lab, where it has to be said. */
export const session = (named = ''): readonly string[] => [
  `eval "$(npx steadyrun lab env${named})"`,
  'npx steadyrun run --lab $STEADYRUN_LAB 2> /tmp/steadyrun.log &',
  'kubectl apply -f deploy/examples/minimal.yaml',
  'kubectl wait slopolicy/api --for=condition=Ready',
  'npx steadyrun lab deploy api --errors 5',
];

/** What is worth a look after them. */
export const looks: readonly string[] = ['npx steadyrun status api -w', 'npx steadyrun lab truth api'];
