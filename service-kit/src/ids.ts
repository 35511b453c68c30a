import { v7, validate } from 'uuid';

/** A new id: a UUIDv7, so that ids sort by the time they were made. */
export function newId(): string {
  return v7();
}

/** Whether a text can be an id at all; what is none names nothing, and no database need be asked. */
export function isId(text: string): boolean {
  return validate(text);
}
