/** A user as Image knows them: an id whose owner is Profile. */
export interface UserReference {
  readonly id: string;
}
