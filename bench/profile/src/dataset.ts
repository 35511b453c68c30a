import { createHash } from 'node:crypto';

/** What people tell of themselves: the input of a create, and what a read must give back. */
export interface Person {
  name: string;
  phoneNumber: string;
  email: string;
  country: string;
  location: string;
  locale: string;
}

/** A person who is in the tables before anything is measured. */
export interface User extends Person {
  id: string;
}

const givenNames =
  'Asha Bruno Chenguang Dalia Emeka Freja Goran Hanako Ines Jonas Kirikou Lakshmi Mateus Nadezhda Oluwaseun Priyanka Quentin Rajesh Svetlana Tomasz Usha Vikram Wilhelmina Ximena Yusuf Zainab Aditya Beatriz Caspian Dimitra Elif Farouk Giulia Haruki Isabela Jagdish Kwame Leilani Milena Nikhil Oksana Pradeep Rosalind Sandeep Thandiwe Umberto Valentina Winston Yolanda Zoltan'.split(
    ' ',
  );
const familyNames =
  'Raghavan Silveira Weidong Haddad Okafor Lundqvist Kovacevic Satomura Moreau Webersen Iyengar Petrosyan Mbeki Lindholm Castellano Dubrovsky Oyelaran Fitzgerald Nakagawa Bhattacharya Guimaraes Holmstrom Vandenberg Papadakis Chaudhary Montgomery Szczepanski Abdullahi Kristensen Fernandez Gopalakrishnan Thorvaldsen Wickremesinghe Dragomirov Mahlangu Stavropoulos Underwood Quispe Zimmermann Jayasuriya'.split(
    ' ',
  );
const cities =
  'Pune Salvador Chengdu Alexandria Lagos Aarhus Zagreb Sapporo Marseille Leipzig Mysuru Recife Hangzhou Cairo Ibadan Odense Split Nagoya Toulouse Hamburg Nagpur Curitiba Wuhan Luxor Abuja Aalborg Rijeka Kyoto Bordeaux Dresden'.split(
    ' ',
  );
const countries = ['IN', 'BR', 'CN', 'EG', 'NG', 'DK', 'HR', 'JP', 'FR', 'DE'];
const locales = ['hi', 'pt-BR', 'zh', 'ar', 'en-NG', 'da', 'hr', 'ja', 'fr', 'de'];

/** The words that users are searched for by. Each is a whole word of many names or locations. */
export const keywords: readonly string[] = [...givenNames, ...familyNames, ...cities];

/** How many of the users are read by id. */
export const readUserCount = 10_000;

/** What belongs to the place of a user; a number that is no other place's. */
export function userAt(place: number): User {
  return { id: idAt(place), ...personAt(place, `+9199${scrambled(place)}`) };
}

/** Somebody new: no two numbers give the same phone number, and none gives that of a user who is there already. */
export function newPerson(number: number): Person {
  return personAt(number, `+9198${scrambled(number)}`);
}

function personAt(place: number, phoneNumber: string): Person {
  const mixed = Math.imul(place + 1, 0x9e3779b1) >>> 0;
  const given = pick(givenNames, mixed);
  const family = pick(familyNames, Math.floor(mixed / givenNames.length));
  const city = Math.floor(mixed / (givenNames.length * familyNames.length));
  return {
    name: `${given} ${family}`,
    phoneNumber,
    email: `${given}.${family}.${place}@example.com`.toLowerCase(),
    // Every tenth city is of the same country.
    country: pick(countries, city % cities.length),
    location: pick(cities, city),
    locale: pick(locales, city % cities.length),
  };
}

/** Eight digits, in an order in which neighbours stand far apart; all different below a hundred million. */
function scrambled(number: number): string {
  return String((number * 61_803_399) % 100_000_000).padStart(8, '0');
}

const firstDay = Date.UTC(2025, 0, 1);
const minuteMs = 60_000;

/** A UUIDv7, one a minute, as if the users had come one after the other. */
function idAt(place: number): string {
  const time = (firstDay + place * minuteMs).toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(String(place)).digest('hex');
  return [time.slice(0, 8), time.slice(8), `7${hash.slice(0, 3)}`, `8${hash.slice(3, 6)}`, hash.slice(6, 18)].join('-');
}

function pick<T>(choices: readonly T[], place: number): T {
  return choices[place % choices.length] as T;
}
