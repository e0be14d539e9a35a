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
    expect(map.set('c', 3)).toBe(1);
    expect(map.values()).toEqual([2, 3]);
    expect(map.get('a')).toBeUndefined();
  });

  it.each([
    ['get', (map: LruMap<string, number>) => map.get('a')],
    ['set', (map: LruMap<string, number>) => map.set('a', 1)],
  ])('counts %s as a use', (_name, use) => {
    const map = filled();
    use(map);
    expect(map.set('c', 3)).toBe(2);
    expect(map.get('a')).toBe(1);
  });

  it('replaces a value without evicting another', () => {
    const map = filled();
    expect(map.set('a', 9)).toBeUndefined();
    expect(map.values()).toEqual([2, 9]);
  });
});
