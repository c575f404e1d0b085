/** One segment of any text; or any number of segments. */
const ONE = Symbol('a segment');
const MANY = Symbol('segments');
type Part = string | typeof ONE | typeof MANY;

/** Far more than any route has. A longer path counts as a match, so that it is not searched. */
const MOST_SEGMENTS = 100;

/**
 * Whether a URL can belong to a route, as routers read paths: with parameters, wildcards and optional parts, in
 * any case, with percent-encoding and a trailing slash. A global prefix or a version may come before the route.
 */
export class RoutePattern {
  private readonly parts: readonly Part[];

  /** @param path the path as a controller and a handler declare it: `users/:id/sessions` */
  constructor(path: string) {
    // An optional part of Express 5 can be no segment, or several.
    const plain = path.replace(/\{[^}]*\}/g, '/*/');
    this.parts = segmentsOf(plain).map((segment) =>
      segment.includes('*') ? MANY : /[:(]/.test(segment) ? ONE : segment,
    );
  }

  matches(url: string): boolean {
    const [path = ''] = url.split(/[?#]/, 1);
    const segments = segmentsOf(path);
    return segments.length > MOST_SEGMENTS || endsWith(segments, this.parts);
  }
}

const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => decoded(segment).toLowerCase());

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function endsWith(segments: readonly string[], parts: readonly Part[]): boolean {
  const last = parts.at(-1);
  if (last === undefined) return true;
  const before = parts.slice(0, -1);
  if (last === MANY) {
    return [...segments, ''].some((_, left) => endsWith(segments.slice(0, left), before));
  }
  if (segments.length === 0 || (last !== ONE && last !== segments.at(-1))) return false;
  return endsWith(segments.slice(0, -1), before);
}
