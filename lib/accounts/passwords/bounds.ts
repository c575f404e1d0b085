/** Anybody who can write a row chooses its text, so a longer one is not even read. */
export const LONGEST_HASH = 512;

/** The most that a hash from elsewhere may cost. Beyond, a login would keep the server busy for many seconds. */
const MOST = {
  bcryptCost: 15,
  argon2Kibibytes: 1_048_576,
  argon2Passes: 10,
  argon2Lanes: 64,
} as const;

/** @param configured the cost of new hashes, which may be higher */
export const bcryptFault = (cost: number, configured = 0): string | undefined => {
  const most = Math.max(MOST.bcryptCost, configured);
  return cost >= 4 && cost <= most ? undefined : `must have a bcrypt cost from 4 to ${most}`;
};

/** The costs of an argon2 hash, as the PHC string names them: memory in KiB, passes, lanes. */
export interface Argon2Costs {
  m: number;
  t: number;
  p: number;
}

/** @param configured the costs of new hashes, which may be higher */
export function argon2Fault({ m, t, p }: Argon2Costs, configured?: Argon2Costs): string | undefined {
  const memory = Math.max(MOST.argon2Kibibytes, configured?.m ?? 0);
  if (m > memory) return `must have an argon2 memory of at most ${memory} KiB`;
  const passes = Math.max(MOST.argon2Passes, configured?.t ?? 0);
  if (t < 1 || t > passes) return `must have from 1 to ${passes} passes of argon2`;
  const lanes = Math.max(MOST.argon2Lanes, configured?.p ?? 0);
  if (p < 1 || p > lanes) return `must have from 1 to ${lanes} lanes of argon2`;
  // RFC 9106, section 3.1
  return m < 8 * p ? 'must have an argon2 memory of at least 8 KiB a lane' : undefined;
}
