// One run at a time of something that many ask for.

/** Calls that come during a run share the one that follows, which sees what they were made for. */
export function inTurn(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const started = run();
      running = started.catch(() => undefined);
      return started;
    });
    return next;
  };
}
