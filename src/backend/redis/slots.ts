/** Which of a cluster's slots a key is in, https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */
export const slotCount = 16_384;

const opening = '{'.charCodeAt(0);
const closing = '}'.charCodeAt(0);

export function slotOf(key: string | Buffer): number {
  return crc16(hashTag(typeof key === 'string' ? Buffer.from(key) : key)) % slotCount;
}

/** What is between the first brace and the next that closes it; all of the key when that is nothing. */
function hashTag(key: Buffer): Buffer {
  const start = key.indexOf(opening);
  const end = start < 0 ? -1 : key.indexOf(closing, start + 1);
  return end > start + 1 ? key.subarray(start + 1, end) : key;
}

/** XMODEM's: polynomial 0x1021. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
