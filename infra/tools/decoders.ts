/**
 * @file `npm run decoders`: builds shared/decode/build, the decoders' WebAssembly for one shared memory (shared/decode/memory.ts).
 * `npm run site` runs it first. It does nothing when they are up to date.
 *
 * The packages' modules create a memory for each instance. A memory never shrinks, and V8 collects an unused one late. The built
 * modules import their memory, so that all instances of an isolate use the same one.
 *
 * They also call the import `pause` after each piece of work (shared/decode/pace.ts).
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
  /** The package's JavaScript, if the module's names are short ones that it lists. */
  script?: string;
  /** Numbers of functions that begin with a call of an import, by its name. */
  calling: Readonly<Record<string, readonly number[]>>;
  /** Indices in the table of functions that are never called. */
  unused?: readonly number[];
}

const MODULES: Record<string, Source> = {
  'jpeg.wasm': {
    url: import.meta.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'),
    // A row of MCUs, or of blocks in a scan of one component (jdcoefct.c, start_iMCU_row).
    calling: { pause: [69] },
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
  'webp.wasm': {
    url: import.meta.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'),
    script: import.meta.resolve('@jsquash/webp/codec/dec/webp_dec.js'),
    // A row of 16 pixels, of lossless files and of others. A Huffman code of a lossless file (vp8l_dec.c, ReadHuffmanCode).
    calling: { pause: [21, 25], countCode: [22] },
  },
  'avif.wasm': {
    url: import.meta.resolve('@jsquash/avif/codec/dec/avif_dec.wasm'),
    script: import.meta.resolve('@jsquash/avif/codec/dec/avif_dec.js'),
    calling: { pause: [57] },
  },
};

/** binaryen's name for the memory of a module. */
const MEMORY = '0';

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
  Object.entries(MODULES).map(async ([name, source]) => {
    return { name, source, bytes: await readFile(fileURLToPath(source.url)) };
  }),
);

/** Digest of everything that determines the result. It is written last. */
const digest = createHash('sha256').update(await readFile(import.meta.filename));
for (const { bytes } of modules) digest.update(bytes);
const [stamp, inputs] = [join(folder, 'inputs.sha256'), digest.digest('hex')];
if ((await readFile(stamp, 'utf8').catch(() => '')) !== inputs) {
  await mkdir(folder, { recursive: true });
  for (const { name, source, bytes } of modules)
    await writeFile(join(folder, name), await build(source, bytes));
  await writeFile(stamp, inputs);
}

/** @throws Error when the result is not valid */
async function build({ script, calling, unused = [] }: Source, bytes: Uint8Array): Promise<Uint8Array> {
  let module = binaryen.readBinary(bytes);
  removeFunctions(module, unused);
  callImports(module, calling);
  module.addMemoryImport(MEMORY, 'decoder', 'memory');
  if (script) useLongNames(module, await readFile(fileURLToPath(script), 'utf8'));
  else module = binaryen.parseText(countingPages(module.emitText(), module.getMemoryInfo(MEMORY).initial));
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) throw new Error('a rewritten decoder is not valid WebAssembly');
  return module.emitBinary();
}

/** Replaces the functions at these indices of the module's table by functions that stop it. */
function removeFunctions(module: binaryen.Module, indices: readonly number[]): void {
  const { data } = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(0));
  // The table begins at 1: address 0 is no function.
  for (const index of indices) replaceBody(module, data[index - 1] as string, () => module.unreachable());
}

/** Puts calls of imports at the beginning of functions. */
function callImports(module: binaryen.Module, calling: Source['calling']): void {
  const { none } = binaryen;
  for (const [name, numbers] of Object.entries(calling)) {
    module.addFunctionImport(name, 'decoder', name, none, none);
    for (const number of numbers) {
      replaceBody(module, `${number}`, ({ body, results }) =>
        module.block(null, [module.call(name, [], none), body], results),
      );
    }
  }
}

function replaceBody(
  module: binaryen.Module,
  name: string,
  bodyOf: (func: binaryen.FunctionInfo) => binaryen.ExpressionRef,
): void {
  const func = binaryen.getFunctionInfo(module.getFunction(name));
  const body = bodyOf(func);
  module.removeFunction(name);
  module.addFunction(name, func.params, func.results, func.vars, body);
}

/** Gives imports and exports the names that they have in the package's JavaScript. */
function useLongNames(module: binaryen.Module, script: string): void {
  const [, list = ''] = /wasmImports=\{([^}]*)\}/.exec(script) ?? [];
  const imports = new Map(Array.from(list.matchAll(/"?(\w+)"?:(\w+)/g), ([, short, long]) => [short, long]));
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name, base, params, results } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    const long = base && imports.get(base);
    if (long) module.addFunctionImport(name, 'a', long, params, results);
  }
  const assignments = /(\w+)=(?:Module\["asm"\]|wasmExports)\["(\w+)"\]/g;
  for (const [, long, short] of script.matchAll(assignments)) {
    const found = module.getExport(short as string);
    if (!found) continue;
    const { kind, value } = binaryen.getExportInfo(found);
    module.removeExport(short as string);
    if (kind === binaryen.ExternalFunction) module.addFunctionExport(value, long as string);
    if (kind === binaryen.ExternalTable) module.addTableExport(value, long as string);
  }
}

/** Replaces `memory.size` and `memory.grow` by a count of the pages that the instance uses. @param pages at the beginning */
function countingPages(module: string, pages: number): string {
  return module
    .replaceAll('(memory.size)', '(global.get $pages)')
    .replaceAll('(memory.grow', '(call $grow')
    .replace(/\)\s*$/, `(global $pages (mut i32) (i32.const ${pages})) ${GROW})`);
}
