/** The same bytes as the client wants them: any other array it would take for a list of numbers. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
