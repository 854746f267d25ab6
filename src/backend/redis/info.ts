/** Lines of INFO and its like: `name:value`. */
export function textIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1];
}

export function numberIn(info: string, name: string): number | undefined {
  const text = textIn(info, name);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
