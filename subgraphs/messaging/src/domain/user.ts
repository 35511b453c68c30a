/** A user by their id; Profile knows the rest. */
export interface UserReference {
  readonly id: string;
}

/** What Profile tells of a person for reaching them. */
export interface Contact {
  readonly userId: string;
  readonly name: string;
  readonly phoneNumber: string | null;
  readonly email: string | null;
  readonly country: string;
  readonly locale: string | null;
}
