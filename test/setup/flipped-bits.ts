/** The bits of `bytes` that can flip without being found: those with which it is still not rejected. */
export async function unnoticedFlips(
  bytes: Uint8Array,
  rejection: (bytes: Buffer) => Promise<unknown>,
): Promise<number[]> {
  const unnoticed: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if ((await rejection(flipped)) === undefined) unnoticed.push(bit);
  }
  return unnoticed;
}
