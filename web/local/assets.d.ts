/** @file Types of the modules that the build (web/site/field.ts) creates from imported files. */

declare module '*.wasm?url' {
  export const url: string;
  export const integrity: string;
}
