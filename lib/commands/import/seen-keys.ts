import { hash } from 'node:crypto';

/** Remembers the users of a dry run, by 48 bits of each key, so that a million of them fit into some 40 MB. */
export class SeenKeys {
  private readonly seen = new Set<number>();

  has(keys: readonly string[]): boolean {
    return keys.some((key) => this.seen.has(digest(key)));
  }

  add(keys: readonly string[]): void {
    for (const key of keys) this.seen.add(digest(key));
  }
}

const digest = (key: string): number => hash('sha256', key, 'buffer').readUIntBE(0, 6);
