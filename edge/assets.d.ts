/** @file What wrangler gives for an imported file that is no code (`rules` in wrangler.toml, and its default for `.wasm`). */

// `?module` is one of wrangler's two spellings; a package that types its `.wasm` otherwise does not get in the way of it.
declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.txt' {
  const text: string;
  export default text;
}

declare module '*.onnx' {
  const bytes: ArrayBuffer;
  export default bytes;
}
