/** @file What the figures share: the state, the picture, what the network makes of it; and who is told of which change. */
import type { Tensor } from '#shared/model/forward.ts';
import { figure } from '../canvas/figures.ts';
import type { Plane } from '../canvas/plane.ts';
import { activationsOf, type Model } from './model.ts';
import type { Picture } from './picture.ts';
import { readState, type State, writeState } from './state.ts';

/** What a figure may be drawn from. */
export type Source = keyof State | 'picture' | 'frame';

export interface Explorer {
  readonly state: State;
  readonly picture: Picture;
  readonly model: Model;
  /** The network's input and every layer's output. */
  readonly activations: readonly Tensor[];
  change(changes: Partial<State>): void;
  show(picture: Picture): void;
  /** The camera's newest frame in grey; what the network sees of it follows later, by `show`. */
  glance(grey: Plane): void;
  /**
   * Draws a figure, and again at every change of one of `sources`, while it is in view.
   * @returns draws it again whatever has changed
   */
  watch(where: Element, sources: readonly Source[], draw: () => void): () => void;
  /** Calls at once at every change, in view or not. */
  onChange(told: (changed: ReadonlySet<Source>) => void): void;
}

/** What changes as a pointer moves; Back goes past it. */
const PASSING = new Set<Source>([
  'part',
  'pixel',
  'weights',
  'bias',
  'at',
  'poolAt',
  'cell',
  'temperature',
  'pixels',
]);

/** Browsers refuse to change an address often; nobody can read it as fast either. */
const ADDRESS_MS = 400;

export function createExplorer(model: Model, first: Picture): Explorer {
  let state = readState(location.hash);
  let picture = first;
  let activations = activationsOf(model, first.image);
  const listeners: ((changed: ReadonlySet<Source>) => void)[] = [];
  let timer = 0;

  const told = (names: Iterable<Source>) => {
    const changed = new Set(names);
    for (const listener of listeners) listener(changed);
  };
  const settle = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const write = (push: boolean) => {
    if (push) {
      settle();
      history.pushState(null, '', addressOf(state));
    } else {
      timer ||= setTimeout(() => {
        settle();
        history.replaceState(null, '', addressOf(state));
      }, ADDRESS_MS);
    }
  };
  addEventListener('popstate', () => {
    settle();
    const before = state;
    state = readState(location.hash);
    told(differences(before, state));
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
      const before = state;
      state = { ...state, ...changes };
      const changed = differences(before, state);
      if (changed.length === 0) return;
      const push = changed.some((name) => !PASSING.has(name));
      // What was passed through belongs to the entry that is left.
      if (push && timer) history.replaceState(null, '', addressOf(before));
      write(push);
      told(changed);
    },
    show(next) {
      picture = next;
      activations = activationsOf(model, next.image);
      told(['picture']);
    },
    glance(grey) {
      picture = { ...picture, grey };
      told(['frame']);
    },
    watch(where, sources, draw) {
      const redraw = figure(where, draw);
      listeners.push((changed) => sources.some((source) => changed.has(source)) && redraw());
      return redraw;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

const addressOf = (state: State): string => `${location.pathname}${location.search}${writeState(state)}`;

const differences = (a: State, b: State): Source[] =>
  (Object.keys(b) as (keyof State)[]).filter((name) => `${a[name]}` !== `${b[name]}`);
