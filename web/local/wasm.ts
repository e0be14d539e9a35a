/** @file Loads WebAssembly in a browser. The page's policy must allow it: `script-src 'wasm-unsafe-eval'`. */

/** Fetches and compiles a file. @throws Error when its content differs from the one that this script was built with */
export function compile({ url, integrity }: { url: string; integrity: string }): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(fetch(url, { integrity }));
}
