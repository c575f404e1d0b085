/** Where a hook of the host waits until the test lets it go on. */
export class Gate {
  private closed: { reach: () => void; opened: Promise<void> } | undefined;

  /** For the hook: the first who comes during a request waits; whoever comes later, or outside of one, passes. */
  wait = async (): Promise<void> => {
    const gate = this.closed;
    this.closed = undefined;
    gate?.reach();
    await gate?.opened;
  };

  /** Runs `request` up to the gate, then `meanwhile`, and returns the answer of the request. */
  async during<T>(request: PromiseLike<T>, meanwhile: () => Promise<unknown>): Promise<T> {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const reached = new Promise<void>((resolve) => (this.closed = { reach: resolve, opened }));
    const answer = Promise.resolve(request);
    await Promise.race([reached, answer]);
    await meanwhile();
    open();
    return answer;
  }
}
