/**
 * @file `npm run decoders`: builds shared/decode/build, the decoders' WebAssembly for one shared memory (shared/decode/memory.ts).
 * `npm run site` runs it first. It does nothing when they are up to date.
 *
 * The packages' modules create a memory for each instance. A memory never shrinks, and V8 collects an unused one late. The built
 * modules import their memory, so that all instances of an isolate use the same one.
 *
 * This memory can be larger than an instance expects. A module that allocates with `memory.grow` would then allocate after its
 * end. So `memory.size` and `memory.grow` become a count of the pages that this instance uses, and new pages are zeroed, as those
 * of a new memory. Emscripten's modules do not need this: they allocate from the end of their static data.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';
import { Command } from 'commander';

new Command('npm run decoders')
  .description('Builds shared/decode/build: the image decoders for one shared memory.')
  .showHelpAfterError('Run with --help for usage.')
  .parse();

interface Source {
  url: string;
  /** Indices in the table of functions that are never called. */
  unused?: readonly number[];
}

const MODULES: Record<string, Source> = {
  'jpeg.wasm': {
    url: import.meta.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'),
    // They are an eleventh of the module. libjpeg-turbo takes their addresses, so that no tool finds them unused.
    unused: [
      // Colours of 16 bits (jdcolor.c); the codec asks for RGBA or CMYK.
      ...[29, 30, 31, 32, 33, 34],
      // The fast and the floating-point transform (jidctfst.c, jidctflt.c), which the codec does not ask for.
      ...[63, 64],
      // Transforms to 9, 11, 13, 15 and 16 samples (jidctint.c). A block becomes 1 to 8, or twice as many of 5 to 7.
      ...[65, 67, 69, 71, 72],
    ],
  },
  'webp.wasm': { url: import.meta.resolve('@jsquash/webp/codec/dec/webp_dec.wasm') },
  'avif.wasm': { url: import.meta.resolve('@jsquash/avif/codec/dec/avif_dec.wasm') },
};

/** A memory in WebAssembly's text format, with its minimum of pages. */
const MEMORY = /^ \(memory \$\S+ (\d+)(?: \d+)?\)$/m;

/** Replaces `memory.grow`. */
const GROW = `(func $grow (param $more i32) (result i32)
  (local $old i32)
  (local $missing i32)
  (local.set $old (global.get $pages))
  (local.set $missing (i32.sub (i32.add (local.get $old) (local.get $more)) (memory.size)))
  (if (i32.gt_s (local.get $missing) (i32.const 0))
    (then (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then (return (i32.const -1))))))
  (memory.fill
    (i32.shl (local.get $old) (i32.const 16)) (i32.const 0) (i32.shl (local.get $more) (i32.const 16)))
  (global.set $pages (i32.add (local.get $old) (local.get $more)))
  (local.get $old))`;

const folder = join(import.meta.dirname, '../../shared/decode/build');
const modules = await Promise.all(
  Object.entries(MODULES).map(async ([name, { url, unused }]) => {
    return { name, unused, bytes: await readFile(fileURLToPath(url)) };
  }),
);

/** Digest of everything that determines the result. It is written last. */
const digest = createHash('sha256').update(await readFile(import.meta.filename));
for (const { bytes } of modules) digest.update(bytes);
const [stamp, inputs] = [join(folder, 'inputs.sha256'), digest.digest('hex')];
if ((await readFile(stamp, 'utf8').catch(() => '')) !== inputs) {
  await mkdir(folder, { recursive: true });
  for (const { name, bytes, unused } of modules)
    await writeFile(join(folder, name), importMemory(unused ? withoutFunctions(bytes, unused) : bytes));
  await writeFile(stamp, inputs);
}

/** Returns the module with functions that stop it in place of those at these indices of its table. */
function withoutFunctions(bytes: Uint8Array, indices: readonly number[]): Uint8Array {
  const module = binaryen.readBinary(bytes);
  const { data } = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(0));
  for (const index of indices) {
    // The table begins at 1: address 0 is no function.
    const name = data[index - 1];
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(name));
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
  return module.emitBinary();
}

/** Returns the module with an import in place of its memory. @throws Error when the result is not valid */
function importMemory(module: Uint8Array): Uint8Array {
  const original = binaryen.readBinary(module).emitText();
  const pages = MEMORY.exec(original)?.[1];
  let text = original
    .replace(MEMORY, '')
    .replace(/^\(module/, `(module (import "decoder" "memory" (memory $0 ${pages}))`);
  if (text.includes('(memory.grow')) {
    text = text.replaceAll('(memory.size)', '(global.get $pages)').replaceAll('(memory.grow', '(call $grow');
    text = text.replace(/\)\s*$/, `(global $pages (mut i32) (i32.const ${pages})) ${GROW})`);
  }
  const built = binaryen.parseText(text);
  built.setFeatures(binaryen.Features.All);
  if (!built.validate()) throw new Error('a decoder with an imported memory is not valid WebAssembly');
  return built.emitBinary();
}
