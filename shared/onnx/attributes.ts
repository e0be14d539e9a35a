/** @file Reads and checks the attributes of an ONNX operator. */
import type { Attribute, Node } from './model.ts';
import { describe, unsupported } from './unsupported.ts';

/** An operator's attributes. It records which ones were read, as an unknown attribute could change the result. */
export class Attributes {
  readonly #node: Node;
  readonly #all: Map<string, Attribute>;
  readonly #read = new Set<string>();

  constructor(node: Node) {
    this.#node = node;
    this.#all = new Map((node.attribute ?? []).map((attribute) => [attribute.name ?? '', attribute]));
  }

  /** Returns a number, or `absent` if the operator has no such attribute. */
  number(name: string, absent: number): number {
    const { i, f } = this.#take(name) ?? {};
    return i ?? f ?? absent;
  }

  numbers(name: string): number[] | undefined {
    return this.#take(name)?.ints;
  }

  /** Returns the number that all elements of a list equal. */
  same(name: string, absent: number): number {
    const list = this.numbers(name) ?? [absent];
    const [first = absent] = list;
    if (list.some((number) => number !== first)) this.#unsupported(name, 'equal numbers', `${list}`);
    return first;
  }

  /** @throws ExplainedError unless the attribute, or its default `absent`, is `expected` */
  expect(name: string, absent: number, expected: number): void {
    const got = this.number(name, absent);
    if (got !== expected) this.#unsupported(name, `${expected}`, `${got}`);
  }

  /** @throws ExplainedError unless the attribute is absent or all its numbers are `expected` */
  expectAll(name: string, expected: number): void {
    const got = this.same(name, expected);
    if (got !== expected) this.#unsupported(name, `${expected}`, `${got}`);
  }

  /** @throws ExplainedError if the operator has an attribute that was not read */
  requireAllRead(): void {
    const { s } = this.#take('auto_pad') ?? {};
    const rule = s ? new TextDecoder().decode(s) : 'NOTSET';
    if (rule !== 'NOTSET') this.#unsupported('auto_pad', 'NOTSET', rule);
    const unknown = [...this.#all.keys()].find((name) => !this.#read.has(name));
    if (unknown !== undefined) this.#unsupported(unknown, 'no attribute of this name', 'one');
  }

  #take(name: string): Attribute | undefined {
    this.#read.add(name);
    return this.#all.get(name);
  }

  #unsupported(name: string, expected: string, got: string): never {
    throw unsupported(`${describe(this.#node)}, ${name}`, expected, got);
  }
}
