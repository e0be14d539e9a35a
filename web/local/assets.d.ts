/** @file What the build (web/site/field.ts) gives for an imported file. */

declare module '*.wasm?url' {
  export const url: string;
  export const integrity: string;
}
