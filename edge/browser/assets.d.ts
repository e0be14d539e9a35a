/** @file What the build (edge/site/field.ts) gives for an imported file. */

declare module '*.wasm?url' {
  export const url: string;
  export const integrity: string;
}
