/**
 * The first number of a JSON text that would lose digits as a number of this platform: `12345678901234567890`.
 *
 * @throws SyntaxError for what is not JSON
 */
export function lostNumber(text: string): string | undefined {
  let lost: string | undefined;
  JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value === 'number' && source !== undefined && !isKept(source, value)) lost ??= source;
    return value;
  });
  return lost;
}

const isKept = (source: string, value: number) => decimal(source) === decimal(String(value));

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** One text for each decimal number: `1.50` and `15e-1` are the same. undefined for what is no decimal number. */
function decimal(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${scale}`;
}
