/** @file What a run says of its engine. */
import { expect, it, vi } from 'vitest';
import { describedNetwork } from '../../../train/model/network-file.ts';
import { openTrainingEngine } from '../../../train/run/open-engine.ts';
import { resolveSettings } from '../../../train/run/settings.ts';
import { SMALL } from '../../fixtures/user-networks.ts';

/** Opens an engine for the network with this stride of its convolution. @returns the lines that it prints */
async function linesFor(stride: number, device: string): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockReset();
  const [convolution, ...layers] = SMALL.modules.features ?? [];
  const features = [{ ...convolution, stride }, ...layers] as NonNullable<typeof SMALL.modules.features>;
  const network = describedNetwork({ ...SMALL, modules: { ...SMALL.modules, features } }, [3, 20, 20], 3);
  await openTrainingEngine(await resolveSettings({ device, threads: 1 }), [network]);
  return log.mock.calls.map(String);
}

it('says that steps with strides can take twice as long as in PyTorch', async () => {
  const note =
    'Note: small has convolutions with a stride above 1. Steps can take twice as long as in PyTorch';
  expect(await linesFor(2, 'cpu')).toContainEqual(expect.stringContaining(note));
});

it.each([
  ['networks without strides', 1, 'cpu'],
  ['other engines', 2, 'tfjs'],
])('says nothing of that for %s', async (_, stride, device) => {
  const lines = await linesFor(stride, device);
  expect(lines).toContainEqual(expect.stringContaining(`Engine ${device}:`));
  expect(lines.filter((line) => line.startsWith('Note:'))).toEqual([]);
});
