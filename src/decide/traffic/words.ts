/** What is said of somebody else's change of the traffic. */
import type { Service } from '../../facts/service.ts';

/** It supports a sentence and claims nothing: that account may have changed anything of the service. */
export const lastChangedText = ({ lastModifier }: Service): string =>
  lastModifier === '' ? '' : ` (the service was last changed by ${lastModifier})`;
