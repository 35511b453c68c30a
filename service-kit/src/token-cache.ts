/** A token that is made, or being made. */
export interface CachedToken {
  /** The token once it is signed; while it is, the one before it, as long as that one holds. */
  text: string | undefined;
  readonly signed: Promise<string>;
  /** When a new one is to be made. */
  renewAt: number;
  readonly expiresAt: number;
}

/** A token is made anew when this much of its life is left, so that nobody waits for the new one. */
const renewBeforeMs = 15_000;
/** A token with less of its life left than this could expire on its way. */
const neededMs = 5_000;

/** The tokens of one issuer, by what they say. */
export class TokenCache {
  readonly #lifetimeMs: number;
  /** The one that expires first stands first. */
  readonly #tokens = new Map<string, CachedToken>();

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#tokens.size;
  }

  /** The fresh token of this name, made by `sign` where there is none. */
  get(name: string, sign: () => Promise<string>): CachedToken {
    const now = Date.now();
    const known = this.#tokens.get(name);
    if (known && now < known.renewAt) return known;
    for (const [other, { expiresAt }] of this.#tokens) {
      if (now < expiresAt) break;
      this.#tokens.delete(other);
    }
    const previous = known && now < known.expiresAt - neededMs ? known.text : undefined;
    const token = this.#make(previous, now, sign);
    this.#tokens.delete(name);
    this.#tokens.set(name, token);
    return token;
  }

  #make(previous: string | undefined, now: number, sign: () => Promise<string>): CachedToken {
    const signed = sign();
    const expiresAt = now + this.#lifetimeMs;
    const token: CachedToken = { text: previous, signed, renewAt: expiresAt - renewBeforeMs, expiresAt };
    signed.then(
      (text) => {
        token.text = text;
      },
      // Whoever waits for it learns why; the next one who asks has it tried again.
      () => {
        token.renewAt = 0;
      },
    );
    return token;
  }
}
