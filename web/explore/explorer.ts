/** @file The data that all figures share: state, image, model and activations. It notifies figures of changes and keeps the URL current. */

import { bytesOf } from '#shared/input/preprocessing.ts';
import type { Tensor } from '#shared/model/forward.ts';
import { registerFigure } from '../canvas/figures.ts';
import type { Plane } from '../canvas/plane.ts';
import { activationsOf, type Model } from './model.ts';
import { pictureState, type SourcePicture } from './source-picture.ts';
import { readState, type State, writeState } from './state.ts';

/** Data that a figure can depend on. `frame` is a frame of the camera. */
export type Dependency = keyof State | 'picture' | 'frame';

type Listener = (changed: ReadonlySet<Dependency>) => void;

export interface Explorer {
  readonly state: State;
  readonly picture: SourcePicture;
  readonly model: Model;
  /** The network's input and every layer's output. */
  readonly activations: readonly Tensor[];
  change(changes: Partial<State>): void;
  /**
   * Replaces the image, runs the network, and names the image in the state.
   * @param isRestored whether the URL asked for the image: the browser's history then gets no new entry
   */
  setPicture(picture: SourcePicture, isRestored?: boolean): void;
  /** Replaces the grey image by the camera's newest frame, without running the network. */
  setFrame(grey: Plane): void;
  /**
   * Draws a figure now and after every change of its dependencies, whenever it is in view.
   * @returns a function that draws it again without a change
   */
  watch(container: Element, dependencies: readonly Dependency[], draw: () => void): () => void;
  /** Calls the listener immediately at every change. */
  onChange(listener: Listener): void;
}

/** State that changes while a pointer moves. These changes replace the entry of the browser's history instead of adding one. */
const TRANSIENT = new Set<Dependency>([
  'part',
  'pixel',
  'weights',
  'bias',
  'at',
  'seed',
  'filterAt',
  'poolAt',
  'cell',
  'shape',
  'stack',
  'temperature',
  'pixels',
  'flaw',
]);

/** Milliseconds between updates of the URL. Browsers limit their rate. */
const URL_MS = 400;

export function createExplorer(model: Model, first: SourcePicture): Explorer {
  const bytes = bytesOf(model.input.shape);
  let state = readState(location.hash, bytes);
  let picture = first;
  let activations = activationsOf(model, first.image);
  const listeners: Listener[] = [];
  const urlWriter = createUrlWriter(() => state);
  // A link may have values that are out of range.
  if (location.hash !== writeState(state)) urlWriter.replaceLater();

  const notify = (names: Iterable<Dependency>) => {
    const changed = new Set(names);
    for (const listener of listeners) listener(changed);
  };
  /** @returns what has changed */
  const update = (changes: Partial<State>, isRestored = false): Dependency[] => {
    const before = state;
    state = { ...state, ...changes };
    const changed = differences(before, state);
    if (!isRestored && changed.some((name) => !TRANSIENT.has(name))) urlWriter.push(before);
    else if (changed.length > 0) urlWriter.replaceLater();
    return changed;
  };
  addEventListener('popstate', () => {
    urlWriter.cancel();
    const before = state;
    state = readState(location.hash, bytes);
    notify(differences(before, state));
  });

  return {
    get state() {
      return state;
    },
    get picture() {
      return picture;
    },
    get activations() {
      return activations;
    },
    model,
    change(changes) {
      const changed = update(changes);
      if (changed.length > 0) notify(changed);
    },
    setPicture(next, isRestored = false) {
      picture = next;
      activations = activationsOf(model, next.image);
      notify([...update(pictureState(next), isRestored), 'picture']);
    },
    setFrame(grey) {
      picture = { ...picture, grey };
      notify(['frame']);
    },
    watch(container, dependencies, draw) {
      const redraw = registerFigure(container, draw);
      listeners.push((changed) => dependencies.some((name) => changed.has(name)) && redraw());
      return redraw;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** Writes the state to the URL: adds an entry to the browser's history, or replaces the current one after a delay. */
function createUrlWriter(current: () => State) {
  let timer = 0;
  const cancel = () => {
    clearTimeout(timer);
    timer = 0;
  };
  return {
    cancel,
    /** @param before written to the current entry first when its replacement is still pending */
    push(before: State): void {
      if (timer) history.replaceState(null, '', urlOf(before));
      cancel();
      history.pushState(null, '', urlOf(current()));
    },
    replaceLater(): void {
      timer ||= setTimeout(() => {
        cancel();
        history.replaceState(null, '', urlOf(current()));
      }, URL_MS);
    },
  };
}

const urlOf = (state: State): string => `${location.pathname}${location.search}${writeState(state)}`;

const differences = (a: State, b: State): Dependency[] =>
  (Object.keys(b) as (keyof State)[]).filter((name) => `${a[name]}` !== `${b[name]}`);
