import { isS3Url } from '../base/s3-url.ts';
import type { Shelf } from './shelf.ts';

/** One shelf for every path: an archive of a folder can be read where archives go to object storage, and the reverse. */
export function joinShelves(folders: Shelf, openObjects: () => Promise<Shelf>): Shelf {
  const shelfOf = async (path: string) => (isS3Url(path) ? openObjects() : folders);
  return {
    stat: async (path) => (await shelfOf(path)).stat(path),
    readText: async (path) => (await shelfOf(path)).readText(path),
    open: async (path) => (await shelfOf(path)).open(path),
    list: async (location, signal) => (await shelfOf(location)).list(location, signal),
    space: async (location) => (await shelfOf(location)).space(location),
    begin: async (path) => (await shelfOf(path)).begin(path),
    putText: async (path, text) => (await shelfOf(path)).putText(path, text),
    remove: async (path) => (await shelfOf(path)).remove(path),
  };
}
