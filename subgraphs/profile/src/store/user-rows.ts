import { type PhoneNumberChange, type PhoneVerificationStatus, toUserErrorCode, type User } from '../domain/user.ts';
import { Prisma } from './generated/client.ts';

/** A row of `users` as both Prisma's models and our own statements give it. */
export interface UserRow {
  id: string;
  name: string;
  phoneNumber: string;
  email: string | null;
  country: string;
  location: string | null;
  locale: string | null;
  phoneStatus: PhoneVerificationStatus;
  codeSentAt: Date | null;
  codeExpiresAt: Date | null;
  verifiedAt: Date | null;
  phoneFailure: string | null;
  pendingPhoneNumber: string | null;
  pendingCodeSentAt: Date | null;
  pendingCodeExpiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
  revision: number;
}

/** The columns of `users` by the names of `UserRow`, for RETURNING. */
export const userColumns = Prisma.raw(
  [
    'users.id',
    'users.name',
    'users.phone_number AS "phoneNumber"',
    'users.email',
    'users.country',
    'users.location',
    'users.locale',
    'users.phone_status::text AS "phoneStatus"',
    'users.code_sent_at AS "codeSentAt"',
    'users.code_expires_at AS "codeExpiresAt"',
    'users.verified_at AS "verifiedAt"',
    'users.phone_failure AS "phoneFailure"',
    'users.pending_phone_number AS "pendingPhoneNumber"',
    'users.pending_code_sent_at AS "pendingCodeSentAt"',
    'users.pending_code_expires_at AS "pendingCodeExpiresAt"',
    'users.created_at AS "createdAt"',
    'users.updated_at AS "updatedAt"',
    'users.version',
    'users.revision',
  ].join(', '),
);

/** A row as the domain knows it. */
export function toUser(row: UserRow): User {
  const { id, name, phoneNumber, email, country, location, locale, createdAt, updatedAt, version, revision } = row;
  const phoneVerification = {
    status: row.phoneStatus,
    codeSentAt: row.codeSentAt,
    codeExpiresAt: row.codeExpiresAt,
    verifiedAt: row.verifiedAt,
    failure: row.phoneFailure === null ? null : toUserErrorCode(row.phoneFailure),
  };
  return {
    id,
    name,
    phoneNumber,
    phoneVerification,
    pendingPhoneChange: toPendingPhoneChange(row),
    email,
    country,
    location,
    locale,
    createdAt,
    updatedAt,
    version,
    revision,
  };
}

function toPendingPhoneChange(row: UserRow): PhoneNumberChange | null {
  const { pendingPhoneNumber: phoneNumber, pendingCodeSentAt: codeSentAt, pendingCodeExpiresAt: codeExpiresAt } = row;
  return phoneNumber === null ? null : { phoneNumber, codeSentAt, codeExpiresAt };
}

/** Rows by their ids, in the order of the ids. */
export function inOrder(ids: readonly string[], rows: readonly UserRow[]): (User | undefined)[] {
  const found = new Map(rows.map((row) => [row.id, toUser(row)]));
  return ids.map((id) => found.get(id));
}
