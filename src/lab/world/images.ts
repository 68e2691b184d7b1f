/** A registry: which code a tag names now. */
import { Random } from '../../scenario/random.ts';

/** "registry.example/app:v1" is "registry.example/app" and a tag; a port of the registry is no tag. */
const tagged = /^(?<name>.+?)(?::[^:/]+)?$/;

export class Images {
  readonly #seed: number;
  readonly #moved = new Map<string, string>();
  #moves = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The image by the digest that its tag names now: "registry.example/app@sha256:…". */
  resolved(image: string): string {
    if (image.includes('@')) return image;
    const digest = this.#moved.get(image) ?? this.#digest(image);
    return `${tagged.exec(image)?.groups?.name ?? image}@${digest}`;
  }

  /** Has the tag name other code from now on; returns its digest. */
  move(image: string, digest = this.#digest(image, `move ${++this.#moves}`)): string {
    this.#moved.set(image, digest);
    return digest;
  }

  #digest(...names: string[]): string {
    return `sha256:${new Random(this.#seed, 'image', ...names).hex(64)}`;
  }
}
