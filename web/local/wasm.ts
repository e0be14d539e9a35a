/** @file WebAssembly in a browser. A page's policy must allow it: `script-src 'wasm-unsafe-eval'`. */

/** Compiles a file that is what it was when this script was built. */
export function compile({ url, integrity }: { url: string; integrity: string }): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(fetch(url, { integrity }));
}
