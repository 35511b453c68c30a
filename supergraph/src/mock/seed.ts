import { hash } from 'node:crypto';

/** A whole number from 0 up to `below`, the same for the same seed. */
export function seededNumber(seed: string, below: number): number {
  return Number.parseInt(hash('sha256', seed).slice(0, 8), 16) % below;
}

/** One of some values, the same for the same seed. */
export function seededChoice<T>(seed: string, values: readonly T[]): T | undefined {
  return values[seededNumber(seed, Math.max(1, values.length))];
}

/** Hexadecimal digits, the same for the same seed. */
export function seededHex(seed: string, length: number): string {
  return hash('sha256', seed).slice(0, length);
}

/** An id in the form of a UUIDv7, the same for the same seed. */
export function seededId(seed: string): string {
  const digits = seededHex(seed, 32);
  return `0193${digits.slice(0, 4)}-${digits.slice(4, 8)}-7${digits.slice(8, 11)}-8${digits.slice(11, 14)}-${digits.slice(14, 26)}`;
}
