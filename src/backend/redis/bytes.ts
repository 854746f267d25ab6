import { isUtf8 } from 'node:buffer';

/** Beyond this it costs more to look at them than it saves. */
const mostTextBytes = 65_536;

/**
 * The same bytes as the client wants them: any other array it would take for a list of numbers. A command without
 * buffers it writes in 1.5 µs instead of 4, and what is valid UTF-8 comes out as the same bytes.
 */
export function asArgument(bytes: Uint8Array): string | Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length <= mostTextBytes && isUtf8(bytes) ? buffer.toString() : buffer;
}
