import { refuseOutsideTests } from './tests-only.js';

/** The journeys that have not ended, each with its milliseconds. */
const journeys = new Map<symbol, number>();
let realDate: DateConstructor | undefined;

/**
 * Sets the clock of this process forward, or back by a negative number. Time goes on from there; timers run as before. The
 * library takes every expiry of a token, a login, a session and a limit in memory from this clock. Keys in Redis expire by
 * the clock of Redis.
 * @param seconds are added to earlier journeys that have not ended
 * @returns ends the journey; a second call does nothing
 * @example
 * const comeBack = travel(3601);
 * await request(app.getHttpServer()).get('/notes').set(headers).expect(401);
 * comeBack();
 */
export function travel(seconds: number): () => void {
  refuseOutsideTests('travel');
  if (!Number.isFinite(seconds)) throw new TypeError('travel() needs a number of seconds.');
  const journey = Symbol(`${seconds} seconds`);
  if (!realDate) depart();
  journeys.set(journey, seconds * 1000);
  return () => {
    if (journeys.delete(journey) && journeys.size === 0) arrive();
  };
}

/** A proxy, so that a date is an instance of the real `Date` at any time. */
function depart(): void {
  const real = (realDate = globalThis.Date);
  const now = () => real.now() + [...journeys.values()].reduce((sum, each) => sum + each, 0);
  const travelled: DateConstructor = new Proxy(real, {
    apply: () => new real(now()).toString(),
    construct(target, given: unknown[], caller: new () => unknown): Date {
      // Of a subclass, the caller is that subclass.
      const made = (caller as unknown) === travelled ? target : caller;
      return Reflect.construct(target, given.length > 0 ? given : [now()], made) as Date;
    },
    get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  globalThis.Date = travelled;
}

function arrive(): void {
  if (realDate) globalThis.Date = realDate;
  realDate = undefined;
}
