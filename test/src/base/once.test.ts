import { describe, expect, it, vi } from 'vitest';
import { once } from '../../../src/base/once.ts';

describe('once', () => {
  it('makes one thing for all who ask, also at the same time', async () => {
    const make = vi.fn(async () => ({}));
    const get = once(make);
    const [first, second] = await Promise.all([get(), get()]);
    expect(first).toBe(second);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('tries again after a failure', async () => {
    const make = vi.fn(async () => 1).mockRejectedValueOnce(new Error('not yet'));
    const get = once(make);
    await expect(get()).rejects.toThrow('not yet');
    expect(await get()).toBe(1);
  });

  it('tells what was made without making it', async () => {
    const make = vi.fn(async () => 1);
    const get = once(make);
    expect(await get.made()).toBeUndefined();
    expect(make).not.toHaveBeenCalled();
    await get();
    expect(await get.made()).toBe(1);
  });
});
