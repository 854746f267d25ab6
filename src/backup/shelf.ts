import type { FileStat, ReadableFile, WritableFile } from './files.ts';
import type { Space } from './room.ts';

/**
 * What an archive store asks of the place that keeps archives, by whole paths: a folder or object storage. Whatever
 * is there is there whole. All failures are Faults.
 */
export interface Shelf {
  /** undefined when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** undefined when there is nothing. */
  readText(path: string): Promise<string | undefined>;
  /** Fault `not-found` when there is nothing. */
  open(path: string): Promise<ReadableFile>;
  /** Names in a location, undefined when there is no such location. */
  list(location: string, signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** undefined where the place does not tell. */
  space(location: string): Promise<Space | undefined>;
  /** Nobody sees it before it is published. */
  begin(path: string): Promise<UnpublishedFile>;
  /** Replaces what has the name, in one step. */
  putText(path: string, text: string): Promise<void>;
  /** Nothing happens when there is nothing. */
  remove(path: string): Promise<void>;
}

export interface UnpublishedFile {
  readonly file: WritableFile;
  /** What was written gets its name, which must be free; Fault `conflict` when it is not. */
  publish(): Promise<void>;
  /** Removes what was not published; never rejects. */
  discard(): Promise<void>;
  /** Keeps what was written as a part, which is no archive; removes it where the place keeps none. Never rejects. */
  leave(): Promise<void>;
}
