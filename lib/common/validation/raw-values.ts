import { type Body, isBody } from './body.js';

/** class-transformer looks up each key of an object in a list of all, so a hundred thousand keys take seconds. */
const MOST_KEYS = 1000;

/**
 * Objects and lists of a body that no class describes, such as the value of a JSON column. class-transformer would copy
 * them, and lose keys such as `toString`. A symbol stands for each until it is done.
 */
export class RawValues {
  private readonly hidden = new Map<symbol, object>();

  hide(value: object): symbol {
    const mark = Symbol('a value as it was sent');
    this.hidden.set(mark, withoutPrototypes(value));
    return mark;
  }

  /** Puts the values back in place of their symbols, wherever these have come to. */
  restore(instance: object): void {
    if (this.hidden.size === 0) return;
    // What a host's function made may refer to itself.
    const seen = new Set<object>();
    const restore = (each: object): void => {
      seen.add(each);
      for (const [key, value] of Object.entries(each) as [string, unknown][]) {
        if (typeof value === 'symbol' && this.hidden.has(value)) (each as Body)[key] = this.hidden.get(value);
        else if (typeof value === 'object' && value !== null && !seen.has(value)) restore(value);
      }
    };
    restore(instance);
  }
}

/** Removes the keys by which a careless copy would change a prototype. Does not recurse. */
function withoutPrototypes<T extends object>(value: T): T {
  for (const each of objectsIn(value)) Reflect.deleteProperty(each, '__proto__');
  return value;
}

/** Whether class-transformer would take too long for an object, or for one in it. */
export function hasManyKeys(value: object): boolean {
  for (const each of objectsIn(value)) if (isBody(each) && Object.keys(each).length > MOST_KEYS) return true;
  return false;
}

/** An object, and all in it. */
function* objectsIn(value: object): Generator<object> {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== 'object' || each === null) continue;
    yield each;
    for (const inner of Object.values(each)) left.push(inner);
  }
}
