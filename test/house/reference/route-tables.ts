import { type DocumentedHost, documentedHosts, type DocumentedRoute } from './documented-hosts.js';
import { answersOf, type Failure, failuresOf, requestOf, summaryOf, whoOf } from './route-cells.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- routes: registration -->
 *
 * The routes of the feature with this key: what `@Describes()`, the guards and the DTO classes of each say.
 */
export class RouteTables implements TableKind {
  private readonly hosts: readonly DocumentedHost[] = documentedHosts();

  rows(contents: string): string[][] {
    const rows = this.shown(contents).map((name) => [
      `\`${name}\``,
      this.lines(name, summaryOf),
      this.lines(name, whoOf),
      this.lines(name, requestOf),
      this.lines(name, answersOf),
      this.failures(name),
    ]);
    return [['route', 'what it does', 'who', 'request', 'success', 'failure'], ...rows];
  }

  shown(contents: string): string[] {
    return this.namesOf(({ feature }) => feature === contents);
  }

  names(): string[] {
    return this.namesOf(() => true);
  }

  faults(): string[] {
    return this.namesOf(({ description }) => !description).map((name) => `${name} has no @Describes()`);
  }

  private namesOf(has: (route: DocumentedRoute) => boolean): string[] {
    const routes = this.hosts.flatMap((host) => host.routes.filter(has));
    return [...new Set(routes.map(({ name }) => name))];
  }

  /** What the first host has, and then what is different elsewhere. */
  private lines(name: string, read: (route: DocumentedRoute) => string[]): string {
    const known = new Set<string>();
    const lines = this.at(name).flatMap(({ where, route }) => {
      const others = read(route).filter((line) => !known.has(line));
      for (const line of others) known.add(line);
      return others.map((line) => (where === '' ? line : `${where}, ${line}`));
    });
    return lines.join('<br>');
  }

  private failures(name: string): string {
    const hosts = this.at(name).map(({ where, route }) => ({ where, keys: failuresOf(route).map(keyOf) }));
    const all = new Map(
      this.at(name)
        .flatMap(({ route }) => failuresOf(route))
        .map((failure) => [keyOf(failure), failure]),
    );
    return [...all.values()]
      .sort((one, other) => one.status - other.status)
      .map((failure) => {
        const isOfFirst = hosts[0]?.keys.includes(keyOf(failure));
        const differing = hosts.filter(({ keys }) => keys.includes(keyOf(failure)) !== isOfFirst);
        const notes = differing.map(({ where }) => `${isOfFirst ? 'not ' : ''}${where}`);
        if (failure.when !== '') notes.unshift(failure.when);
        return notes.length === 0 ? failure.text : `${failure.text} (${notes.join('; ')})`;
      })
      .join(', ');
  }

  /** The route in each host that has it. */
  private at(wanted: string): { where: string; route: DocumentedRoute }[] {
    return this.hosts.flatMap(({ where, routes }) =>
      routes.filter(({ name }) => name === wanted).map((route) => ({ where, route })),
    );
  }
}

const keyOf = ({ text, when }: Failure): string => `${text} ${when}`;
