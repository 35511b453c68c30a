/** How many users there are; their ids all have six digits, so that every request of a query is equally long. */
export const userCount = 90_000;

/** The first user's id. */
const firstId = 100_000;

/** A user as Profile's subgraph knows them. */
export interface User {
  id: string;
  name: string;
  country: string;
  location: string | null;
}

/** A picture as Image's subgraph knows it. */
export interface Image {
  id: string;
  url: string;
  width: number;
  height: number;
}

/** A message as Messaging's subgraph knows it. */
export interface Message {
  id: string;
  operation: string;
  status: string;
}

const givenNames = ['Asha', 'Bruno', 'Chen', 'Dalia', 'Emeka', 'Freja', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kiri'];
const familyNames = ['Rao', 'Silva', 'Wei', 'Haddad', 'Okafor', 'Lund', 'Kovac', 'Sato', 'Moreau', 'Weber'];
const countries = ['IN', 'BR', 'CN', 'EG', 'NG', 'DK', 'HR', 'JP', 'FR', 'DE', 'NZ'];
const operations = ['VERIFY_PHONE', 'WELCOME', 'LOGIN_CODE', 'PHONE_CHANGED', 'NEWSLETTER'];
const statuses = ['QUEUED', 'SENT', 'DELIVERED', 'FAILED'];
const messagesEach = 6;

/** The id of the user at a place between 0 and `userCount`. */
export function idAt(place: number): string {
  return String(firstId + place);
}

/** The place of a user, by their id; undefined where there is none. */
export function placeOf(id: string): number | undefined {
  const place = /^\d{6}$/.test(id) ? Number(id) - firstId : -1;
  return place >= 0 && place < userCount ? place : undefined;
}

/** The user at a place. What anybody knows of them follows from the place alone, in every process. */
export function userAt(place: number): User {
  const name = `${pick(givenNames, place)} ${pick(familyNames, Math.floor(place / 3))} ${place % 1_000}`;
  return { id: idAt(place), name, country: pick(countries, place), location: place % 5 === 0 ? null : 'Harbour Road' };
}

/** The avatar of the user at a place; one in sixteen has none. */
export function avatarAt(place: number): Image | null {
  if (place % 16 === 7) return null;
  const id = `image-${idAt(place)}`;
  return { id, url: `https://images.example/${id}/256x256.webp?v=${place % 97}`, width: 256, height: 256 };
}

/** The messages of the user at a place, newest first. */
export function messagesAt(place: number): Message[] {
  return Array.from({ length: messagesEach }, (_, index) => ({
    id: `message-${idAt(place)}-${messagesEach - index}`,
    operation: pick(operations, place + index),
    status: pick(statuses, place * 7 + index),
  }));
}

function pick<T>(choices: readonly T[], place: number): T {
  return choices[place % choices.length] as T;
}
