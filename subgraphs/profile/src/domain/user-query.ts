import type { PhoneVerificationStatus } from './user.ts';

/** Which users are meant; what is undefined keeps nobody out. */
export interface UserSelection {
  /** What people typed to find somebody by name or location. */
  readonly search: string | undefined;
  readonly countries: readonly string[] | undefined;
  readonly statuses: readonly PhoneVerificationStatus[] | undefined;
  readonly createdFrom: Date | undefined;
  readonly createdBefore: Date | undefined;
}

/** How a list can be ordered. */
export type UserOrderField = 'CREATED_AT' | 'NAME' | 'RELEVANCE';

/** How a list is ordered; DESC puts the newest, the last of the alphabet or the best match first. */
export interface UserOrder {
  readonly field: UserOrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** A place in a list: the values that the list's order sorts by, and the id of the user who stood there. */
export interface Position {
  readonly values: readonly (string | number)[];
  readonly id: string;
}

/** A part of a list. */
export interface UserPage {
  readonly selection: UserSelection;
  readonly order: UserOrder;
  readonly take: number;
  readonly after: Position | undefined;
  readonly before: Position | undefined;
  /** Read from the list's end. */
  readonly backwards: boolean;
}
