/** @file Types of imported files other than code (`rules` in wrangler.toml, and wrangler's default for `.wasm`). */

// wrangler accepts `.wasm` and `.wasm?module`. The latter does not conflict with packages that type `.wasm` differently.
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
