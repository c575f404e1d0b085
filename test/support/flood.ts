import { RandomRequests } from './random-requests.js';

const AT_ONCE = 20;
/** In milliseconds: hooks that hang keep their requests waiting. */
export const PATIENCE_MS = 400;

/** Random requests, so many at once; what gave no answer in time counts as 0. */
export async function flood(
  url: string,
  tokens: readonly string[],
  ids: readonly string[],
  requests: number,
) {
  const random = new RandomRequests(20_261_122);
  const statuses = new Map<number, number>();
  const sendInTurn = async () => {
    for (let count = 0; count < requests / AT_ONCE; count++) {
      const { path, init } = random.next({ tokens, ids });
      const status = await fetch(url + path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) })
        .then(async (answer) => (await answer.arrayBuffer(), answer.status))
        .catch(() => 0);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendInTurn));
  return statuses;
}

/** The statuses that are no client's fault. */
export const serverFaults = (statuses: Map<number, number>) =>
  [...statuses.keys()].filter((status) => status >= 500);
