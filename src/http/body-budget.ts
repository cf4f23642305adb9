// A bound on what all bodies that are on their way hold together. Where it is reached, the one that has been coming for longest makes
// room: kube-apiserver sends a body within milliseconds, so that whoever dawdles goes first.

export interface BodyBudget {
  /** A body begins. `giveUp` is called, once, if it has to make room. */
  open(giveUp: () => void): BodyShare;
}

export interface BodyShare {
  /** Bytes that it holds from now on, all told. */
  hold(bytes: number): void;
  /** It holds nothing any more. */
  close(): void;
}

/** `most`: bytes; no less than the longest body that is taken. */
export function createBodyBudget(most: number): BodyBudget {
  /** Longest on its way first. */
  const open = new Map<BodyShare, { bytes: number; giveUp: () => void }>();
  let total = 0;

  function makeRoom(): void {
    for (const [share, { giveUp }] of open) {
      if (total <= most) return;
      share.close();
      giveUp();
    }
  }

  return {
    open(giveUp) {
      const share: BodyShare = {
        hold(bytes) {
          const held = open.get(share);
          if (held === undefined) return;
          total += bytes - held.bytes;
          held.bytes = bytes;
          makeRoom();
        },
        close() {
          total -= open.get(share)?.bytes ?? 0;
          open.delete(share);
        },
      };
      open.set(share, { bytes: 0, giveUp });
      return share;
    },
  };
}
