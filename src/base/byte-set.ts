const blockBytes = 1024 * 1024;
const lengthBytes = 4;
const firstSlots = 1024;

/** A set of byte strings for millions of them: a few bytes beyond their own length each, and no object. */
export class ByteSet {
  readonly #blocks: Buffer[] = [];
  /** Where the next one goes, counted over all blocks. */
  #end = 0;
  #size = 0;
  /** Where each one lies, plus 1; 0 is a free slot. Doubles, since Uint32 would end at 4 GB. */
  #places = new Float64Array(firstSlots);
  #hashes = new Uint32Array(firstSlots);

  get size(): number {
    return this.#size;
  }

  /** @returns false when it was in the set already */
  add(bytes: Uint8Array): boolean {
    const hash = hashOf(bytes);
    const slot = this.#find(bytes, hash);
    if (this.#places[slot]) return false;
    this.#places[slot] = this.#store(bytes) + 1;
    this.#hashes[slot] = hash;
    this.#size++;
    // Searches stay short while a third of the slots is free.
    if (this.#size * 3 > this.#places.length * 2) this.#grow();
    return true;
  }

  has(bytes: Uint8Array): boolean {
    return this.#places[this.#find(bytes, hashOf(bytes))] !== 0;
  }

  /** The slot where it is, or the free one where it would be put. */
  #find(bytes: Uint8Array, hash: number): number {
    let slot = this.#slotOf(hash);
    for (; this.#places[slot]; slot = this.#after(slot)) {
      if (this.#hashes[slot] === hash && this.#holds((this.#places[slot] ?? 0) - 1, bytes)) return slot;
    }
    return slot;
  }

  #slotOf(hash: number): number {
    return hash & (this.#places.length - 1);
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#places.length - 1);
  }

  #store(bytes: Uint8Array): number {
    const wanted = lengthBytes + bytes.length;
    const left = this.#blocks.length * blockBytes - this.#end;
    if (wanted > left) this.#addBlocks(wanted);
    const at = this.#end;
    const block = this.#blocks[Math.floor(at / blockBytes)] ?? Buffer.alloc(0);
    block.writeUInt32LE(bytes.length, at % blockBytes);
    block.set(bytes, (at % blockBytes) + lengthBytes);
    this.#end += wanted;
    return at;
  }

  /** What is longer than a block lies in one buffer that counts as several. */
  #addBlocks(wanted: number): void {
    const count = Math.ceil(wanted / blockBytes);
    this.#end = this.#blocks.length * blockBytes;
    const buffer = Buffer.allocUnsafeSlow(count * blockBytes);
    for (let block = 0; block < count; block++) this.#blocks.push(buffer.subarray(block * blockBytes));
  }

  #holds(at: number, bytes: Uint8Array): boolean {
    const block = this.#blocks[Math.floor(at / blockBytes)] ?? Buffer.alloc(0);
    const start = at % blockBytes;
    if (block.readUInt32LE(start) !== bytes.length) return false;
    for (let index = 0; index < bytes.length; index++) {
      if (block[start + lengthBytes + index] !== bytes[index]) return false;
    }
    return true;
  }

  #grow(): void {
    const places = this.#places;
    const hashes = this.#hashes;
    this.#places = new Float64Array(places.length * 2);
    this.#hashes = new Uint32Array(places.length * 2);
    for (let old = 0; old < places.length; old++) {
      if (!places[old]) continue;
      let slot = this.#slotOf(hashes[old] ?? 0);
      while (this.#places[slot]) slot = this.#after(slot);
      this.#places[slot] = places[old] ?? 0;
      this.#hashes[slot] = hashes[old] ?? 0;
    }
  }
}

/** FNV-1a, its bits mixed once more: keys differ in their last characters. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index++) {
    hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
