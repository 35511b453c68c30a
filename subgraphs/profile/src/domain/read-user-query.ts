import { hasControls, PublicError } from '@atrium/service-kit';
import { isCountry } from './countries.ts';
import type { PhoneVerificationStatus } from './user.ts';
import type { UserOrder, UserOrderField, UserSelection } from './user-query.ts';

/** What a client asks of a list besides the page. */
export interface UserQueryArguments {
  readonly search?: string | null | undefined;
  readonly filter?: UserFilterInput | null | undefined;
  readonly orderBy?: UserOrderInput | null | undefined;
}

interface UserFilterInput {
  readonly country?: readonly string[] | null | undefined;
  readonly phoneVerificationStatus?: readonly PhoneVerificationStatus[] | null | undefined;
  readonly createdAfter?: Date | null | undefined;
  readonly createdBefore?: Date | null | undefined;
}

interface UserOrderInput {
  readonly field: UserOrderField;
  readonly direction?: UserOrder['direction'] | null | undefined;
}

/** A name and a location have at most 100 characters each. */
const maxSearchLength = 200;
const maxKeywords = 10;
/** More than there are; a longer list repeats itself. */
const maxListed = 300;

/** Judges what is searched and filtered for; throws BAD_USER_INPUT with what to do. */
export function readSelection({ search, filter }: UserQueryArguments): UserSelection {
  return {
    search: search == null ? undefined : readSearch(search),
    countries: filter?.country ? readCountries(filter.country) : undefined,
    statuses: filter?.phoneVerificationStatus
      ? [...new Set(atMost(maxListed, 'filter.phoneVerificationStatus', filter.phoneVerificationStatus))]
      : undefined,
    createdFrom: filter?.createdAfter ?? undefined,
    createdBefore: filter?.createdBefore ?? undefined,
  };
}

const naturalDirection = { CREATED_AT: 'DESC', NAME: 'ASC', RELEVANCE: 'DESC' } as const;

/** The order that is asked for, or the one that suits: best match first, or newest first where nothing is searched. */
export function readOrder({ orderBy }: UserQueryArguments, { search }: UserSelection): UserOrder {
  const field = orderBy?.field ?? (search === undefined ? 'CREATED_AT' : 'RELEVANCE');
  if (field === 'RELEVANCE' && search === undefined) {
    throw badInput('RELEVANCE orders the matches of a search. Give search, or another order.');
  }
  return { field, direction: orderBy?.direction ?? naturalDirection[field] };
}

/** Blanks alone search for nothing, as an emptied search box does. */
function readSearch(text: string): string | undefined {
  if (text.length > 2 * maxSearchLength || [...text].length > maxSearchLength) {
    throw badInput(`search is too long. Shorten it to ${maxSearchLength} characters.`);
  }
  const search = text.trim();
  if (hasControls(search)) throw badInput('search must be one line of text, without control characters.');
  const keywords = search.split(/[\p{Z}\p{P}\p{S}]+/u).filter((keyword) => keyword !== '');
  if (keywords.length > maxKeywords) throw badInput(`search has too many words. Give at most ${maxKeywords}.`);
  return search === '' ? undefined : search;
}

function readCountries(codes: readonly string[]): string[] {
  const countries = atMost(maxListed, 'filter.country', codes).map((code) => code.trim().toUpperCase());
  if (!countries.every(isCountry)) {
    throw badInput('filter.country has a code that no country has. Use ISO 3166-1 alpha-2, such as IN.');
  }
  return [...new Set(countries)];
}

function atMost<T>(max: number, name: string, list: readonly T[]): readonly T[] {
  if (list.length > max) throw badInput(`${name} is too long. Give at most ${max}.`);
  return list;
}

function badInput(message: string): PublicError {
  return new PublicError('BAD_USER_INPUT', message);
}
