import { describe, expect, test } from '@jest/globals';
import { hashApiKey, idOfApiKey, newApiKey, parseApiKey } from './api-key.ts';

describe('an API key', () => {
  test('says where it belongs, in a form that scanners recognise', () => {
    for (const environment of ['test', 'live'] as const) {
      const { id, key } = newApiKey(environment);
      expect(key).toMatch(new RegExp(`^atr_${environment}_${id}_[0-9A-Za-z]{38}$`));
      expect(parseApiKey(key)).toEqual({ id, environment });
      expect(idOfApiKey(key)).toBe(id);
    }
  });

  test('is refused for any one character that is wrong', () => {
    const { key } = newApiKey('test');
    for (let place = 0; place < key.length; place += 1) {
      const wrong = key[place] === 'x' ? 'y' : 'x';
      expect(parseApiKey(key.slice(0, place) + wrong + key.slice(place + 1))).toBeUndefined();
    }
  });

  test.each(['', 'atr_test_', 'atr_prod_aaaaaaaaaaaa_b', 'Bearer x', `atr_test_${'a'.repeat(10_000)}`])(
    'is not what has another form: %.20s',
    (text) => expect(parseApiKey(text)).toBeUndefined(),
  );

  test('is never made twice, and its hash tells keys apart', () => {
    const keys = Array.from({ length: 100 }, () => newApiKey('test').key);
    expect(new Set(keys.map((key) => hashApiKey(key))).size).toBe(100);
  });
});
