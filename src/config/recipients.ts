import type { Form } from './form.ts';

/** Public keys of age. A mistyped one is found by its checksum, when archives are written. */
export const recipients: Form<readonly string[]> = {
  expects: 'age1…, comma-separated',
  parse(text) {
    const keys = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (keys.length === 0 || !keys.every((key) => /^age1[0-9a-z]{8,4000}$/.test(key)))
      return { problem: 'expected public keys of age like age1…, comma-separated' };
    if (new Set(keys).size < keys.length) return { problem: 'a key is listed twice' };
    return { value: keys };
  },
};
