/** @file Invalid access settings: the service names the variable, and never repeats its value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectProblem, SHOP, SITE_KEY, service } from '../support/callers.ts';

describe('an invalid variable', () => {
  const hash = 'a'.repeat(64);
  it.each([
    ['ACCESS', 'qMarkerq', /keys or open/],
    ['ACCESS', '', /keys or open/],
    ['API_KEYS', `a:${hash},b:qMarkerq`, /API_KEYS, entry 2: .*SHA-256/],
    ['API_KEYS', `qMarkerq ${hash}`, /API_KEYS, entry 1/],
    ['API_KEYS', { qMarkerq: hash }, /API_KEYS: /],
    ['API_KEYS', `a:${hash}:qMarkerq`, /API_KEYS, entry 1/],
    ['API_KEYS', `a:${hash}:`, /API_KEYS, entry 1/],
    ['SITE_KEYS', `{"${SITE_KEY}": {"origins": ["${SHOP}"], "models": []}}`, /SITE_KEYS/],
    ['SITE_KEYS', `{"${SITE_KEY}": {"origins": ["${SHOP}"], "model": ["a"]}}`, /SITE_KEYS/],
    ['SITE_KEYS', '{"qMarkerq', /SITE_KEYS: expected JSON/],
    ['SITE_KEYS', '["qMarkerq"]', /SITE_KEYS/],
    ['SITE_KEYS', '{"qMarkerqqMarkerqqMarkerq": ["https://shop.example"]}', /SITE_KEYS/],
    ['SITE_KEYS', `{"${SITE_KEY}": []}`, /SITE_KEYS/],
    ['SITE_KEYS', `{"${SITE_KEY}": "https://qMarkerq.example"}`, /SITE_KEYS/],
    ['SITE_KEYS', `{"${SITE_KEY}": ["https://qMarkerq.example/path"]}`, /SITE_KEYS/],
    ['SITE_KEYS', `{"${SITE_KEY}": ["*"]}`, /SITE_KEYS/],
    ['ALLOWED_ORIGINS', 'https://a.example, qMarkerq', /ALLOWED_ORIGINS, entry 2: expected \* or origins/],
    ['ALLOWED_ORIGINS', 'ftp://qMarkerq.example', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'https://*.example', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'https://qMarkerq.*.example', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'https://user@qMarkerq.example', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'null', /ALLOWED_ORIGINS/],
    ['TURNSTILE_SECRET', '', /TURNSTILE_SECRET/],
  ])('%s=%j is named in the problem, without its value', async (name, value, expected) => {
    const { send, classify } = await service({ ACCESS: 'open', [name]: value });
    for (let again = 0; again < 2; again++) {
      const detail = await expectProblem(await classify({ origin: SHOP }), 'misconfigured');
      expect(detail).toMatch(expected);
      expect(detail).not.toContain('qMarkerq');
    }
    expect((await send('/v1/models', { headers: { origin: SHOP } })).status).toBe(200);
  });

  it('gets `misconfigured` unless it is valid, for any content', async () => {
    const names = fc.constantFrom('ACCESS', 'API_KEYS', 'SITE_KEYS', 'ALLOWED_ORIGINS', 'TURNSTILE_SECRET');
    const value = fc.oneof(fc.string(), fc.json(), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(names, value, async (name, value) => {
        const { classify } = await service({ [name]: value });
        const response = await classify({ origin: SHOP });
        if (response.status !== 403) await expectProblem(response, 'misconfigured');
      }),
      { numRuns: 200 },
    );
  });
});
