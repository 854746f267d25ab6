/** Made at the first call, shared by all later ones; a failure is not kept, so the next call tries again. */
export interface Once<T> {
  (): Promise<T>;
  /** What was made so far, without making it: undefined when nothing was, or it failed. */
  made(): Promise<T | undefined>;
}

export function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make().catch((thrown) => {
      made = undefined;
      throw thrown;
    });
    return made;
  };
  return Object.assign(get, { made: () => Promise.resolve(made).catch(() => undefined) });
}
