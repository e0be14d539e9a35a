/** @file The map of limited size. */
import { describe, expect, it } from 'vitest';
import { LruMap } from '../../edge/lru-map.ts';

function filled(): LruMap<string, number> {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  return map;
}

describe('LruMap', () => {
  it('keeps as many entries as its capacity', () => {
    expect(filled().values()).toEqual([1, 2]);
  });

  it('evicts and returns the oldest value', () => {
    const map = filled();
    expect(map.set('c', 3)).toEqual([1]);
    expect(map.values()).toEqual([2, 3]);
    expect(map.get('a')).toBeUndefined();
  });

  it.each([
    ['get', (map: LruMap<string, number>) => map.get('a')],
    ['set', (map: LruMap<string, number>) => map.set('a', 1)],
  ])('counts %s as a use', (_name, use) => {
    const map = filled();
    use(map);
    expect(map.set('c', 3)).toEqual([2]);
    expect(map.get('a')).toBe(1);
  });

  it('replaces a value without evicting another', () => {
    const map = filled();
    expect(map.set('a', 9)).toEqual([]);
    expect(map.values()).toEqual([2, 9]);
  });

  it('adds up the sizes of its values, and evicts as many as a new one needs', () => {
    const map = new LruMap<string, number>(10, { sizeOf: (value) => value });
    for (const [key, size] of [
      ['a', 2],
      ['b', 3],
      ['c', 4],
    ] as const)
      map.set(key, size);
    expect(map.set('d', 6)).toEqual([2, 3]);
    expect(map.makeRoom(4)).toEqual([4]);
    expect(map.set('e', 99)).toEqual([6]);
    expect(map.values()).toEqual([99]);
  });

  it('evicts no pinned entry', () => {
    const map = new LruMap<string, number>(2, { isPinned: (key) => key === 'a' });
    map.set('a', 1);
    map.set('b', 2);
    expect(map.set('c', 3)).toEqual([2]);
    expect(map.values()).toEqual([1, 3]);
  });
});
