/** @file The exports of build/png.wasm: the hot loops of the PNG decoder. */
export { u8_reverse_filter } from './filters';
export { u8_inflate } from './inflate';
export { u8_place, u8_write_samples, u8_write_values } from './samples';
