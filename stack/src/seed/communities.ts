import type { Faker } from '@faker-js/faker';
import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as czech } from '@faker-js/faker/locale/cs_CZ';
import { faker as german } from '@faker-js/faker/locale/de';
import { faker as greek } from '@faker-js/faker/locale/el';
import { faker as british } from '@faker-js/faker/locale/en_GB';
import { faker as indian } from '@faker-js/faker/locale/en_IN';
import { faker as nigerian } from '@faker-js/faker/locale/en_NG';
import { faker as american } from '@faker-js/faker/locale/en_US';
import { faker as spanish } from '@faker-js/faker/locale/es';
import { faker as mexican } from '@faker-js/faker/locale/es_MX';
import { faker as persian } from '@faker-js/faker/locale/fa';
import { faker as french } from '@faker-js/faker/locale/fr';
import { faker as senegalese } from '@faker-js/faker/locale/fr_SN';
import { faker as hebrew } from '@faker-js/faker/locale/he';
import { faker as indonesian } from '@faker-js/faker/locale/id_ID';
import { faker as italian } from '@faker-js/faker/locale/it';
import { faker as japanese } from '@faker-js/faker/locale/ja';
import { faker as georgian } from '@faker-js/faker/locale/ka_GE';
import { faker as korean } from '@faker-js/faker/locale/ko';
import { faker as nepali } from '@faker-js/faker/locale/ne';
import { faker as dutch } from '@faker-js/faker/locale/nl';
import { faker as polish } from '@faker-js/faker/locale/pl';
import { faker as brazilian } from '@faker-js/faker/locale/pt_BR';
import { faker as russian } from '@faker-js/faker/locale/ru';
import { faker as swedish } from '@faker-js/faker/locale/sv';
import { faker as thai } from '@faker-js/faker/locale/th';
import { faker as turkish } from '@faker-js/faker/locale/tr';
import { faker as ukrainian } from '@faker-js/faker/locale/uk';
import { faker as vietnamese } from '@faker-js/faker/locale/vi';
import { faker as mainlandChinese } from '@faker-js/faker/locale/zh_CN';
import { faker as chinese } from '@faker-js/faker/locale/zh_TW';
import type { CountryCode } from 'libphonenumber-js/max';
import { hindiName } from './hindi-names.ts';

/** Either sex, as far as a language's names tell it. */
export type Sex = 'female' | 'male';

/** People who share a country, a language and its script. */
export interface Community {
  country: CountryCode;
  /** BCP 47. */
  locale: string;
  faker: Faker;
  nameOf: (faker: Faker, sex: Sex) => string;
  /** Real cities of the country, as the community writes them. */
  cities: readonly string[];
}

type NameOf = Community['nameOf'];

const givenFirst: NameOf = ({ person }, sex) => `${person.firstName(sex)} ${person.lastName(sex)}`;
const familyFirst: NameOf = ({ person }, sex) => `${person.lastName(sex)} ${person.firstName(sex)}`;
const familyFirstUnspaced: NameOf = ({ person }, sex) => `${person.lastName(sex)}${person.firstName(sex)}`;

function community(
  country: CountryCode,
  locale: string,
  faker: Faker,
  cities: string,
  nameOf: NameOf = givenFirst,
): Community {
  return { country, locale, faker, nameOf, cities: cities.split(', ') };
}

/** Everybody there is; India, where the product starts, comes more than once. */
export const communities: readonly Community[] = [
  community('IN', 'en-IN', indian, 'Pune, Mumbai, Bengaluru, Chennai, Kochi, Hyderabad, Kolkata, Ahmedabad'),
  community('IN', 'hi', indian, 'दिल्ली, लखनऊ, जयपुर, भोपाल, पटना, वाराणसी, इंदौर', hindiName),
  community('BR', 'pt-BR', brazilian, 'São Paulo, Recife, Salvador, Curitiba, Belo Horizonte, Manaus'),
  community('JP', 'ja', japanese, '東京, 大阪, 京都, 札幌, 福岡, 仙台', familyFirst),
  community('EG', 'ar-EG', arabic, 'القاهرة, الإسكندرية, الجيزة, أسوان, طنطا'),
  community('DE', 'de', german, 'Berlin, Köln, München, Leipzig, Hamburg, Düsseldorf'),
  community('MX', 'es-MX', mexican, 'Ciudad de México, Guadalajara, Mérida, Puebla, Oaxaca'),
  community('NG', 'en-NG', nigerian, 'Lagos, Abuja, Ibadan, Enugu, Kano, Port Harcourt'),
  community('FR', 'fr', french, 'Paris, Lyon, Nîmes, Orléans, Marseille, Besançon'),
  community('IN', 'en-IN', indian, 'Nagpur, Jaipur, Surat, Mysuru, Guwahati, Chandigarh, Indore'),
  community('KR', 'ko', korean, '서울, 부산, 대구, 인천, 광주, 전주', familyFirstUnspaced),
  community('GB', 'en-GB', british, 'London, Leeds, Bristol, Glasgow, Cardiff, Belfast'),
  community('TR', 'tr', turkish, 'İstanbul, Ankara, İzmir, Eskişehir, Diyarbakır'),
  community('ID', 'id', indonesian, 'Jakarta, Bandung, Surabaya, Yogyakarta, Medan'),
  community('US', 'en-US', american, 'Chicago, Austin, Oakland, Boston, Seattle, Atlanta'),
  community('ES', 'es', spanish, 'Madrid, Sevilla, Cádiz, Bilbao, Málaga, A Coruña'),
  community('UA', 'uk', ukrainian, 'Київ, Львів, Одеса, Харків, Чернівці'),
  community('SN', 'fr-SN', senegalese, 'Dakar, Thiès, Saint-Louis, Ziguinchor, Kaolack'),
  community('TH', 'th', thai, 'กรุงเทพมหานคร, เชียงใหม่, ขอนแก่น, ภูเก็ต'),
  community('VN', 'vi', vietnamese, 'Hà Nội, Đà Nẵng, Huế, Cần Thơ, Hải Phòng', familyFirst),
  community('IT', 'it', italian, 'Roma, Torino, Napoli, Bologna, Palermo, Forlì'),
  community('GR', 'el', greek, 'Αθήνα, Θεσσαλονίκη, Πάτρα, Ηράκλειο, Ιωάννινα'),
  community('IL', 'he', hebrew, 'תל אביב, ירושלים, חיפה, באר שבע'),
  community('TW', 'zh-TW', chinese, '臺北, 高雄, 臺中, 臺南, 花蓮', familyFirstUnspaced),
  community('PL', 'pl', polish, 'Warszawa, Kraków, Łódź, Gdańsk, Wrocław, Poznań'),
  community('NP', 'ne', nepali, 'काठमाडौं, पोखरा, ललितपुर, भक्तपुर'),
  community('CN', 'zh-CN', mainlandChinese, '北京, 上海, 广州, 成都, 西安, 杭州', familyFirstUnspaced),
  community('GE', 'ka', georgian, 'თბილისი, ბათუმი, ქუთაისი, რუსთავი'),
  community('KZ', 'ru', russian, 'Алматы, Астана, Шымкент, Караганда'),
  community('IR', 'fa', persian, 'تهران, مشهد, اصفهان, شیراز, تبریز'),
  community('NL', 'nl', dutch, 'Amsterdam, Rotterdam, Utrecht, Eindhoven, Groningen'),
  community('SE', 'sv', swedish, 'Stockholm, Göteborg, Malmö, Uppsala, Umeå'),
  community('CZ', 'cs', czech, 'Praha, Brno, Ostrava, Plzeň, Olomouc'),
];
