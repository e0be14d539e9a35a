/**
 * @file What editors and frameworks read about the element: the custom-elements manifest of the package, and types of the attributes and
 * events. Both come from web/field/custom-elements.json, which is made from the sources' comments.
 *
 * Format of the manifest: https://github.com/webcomponents/custom-elements-manifest
 */

interface Described {
  name: string;
  description?: string;
  type?: { text: string };
}

interface Declaration extends Described {
  tagName?: string;
  attributes?: Described[];
  events?: Described[];
}

interface ElementsManifest {
  modules: { declarations: Declaration[] }[];
}

/** The module of the package that has all declarations. */
const MODULE = 'field.js';

/** Returns the manifest for the package, in which one module has what several sources have here. */
export function packageManifest(elements: ElementsManifest): object {
  const declarations = elements.modules.flatMap(({ declarations }) => declarations);
  const tags = declarations.filter(({ tagName }) => tagName);
  const module = {
    kind: 'javascript-module',
    path: MODULE,
    declarations,
    exports: tags.flatMap(({ name, tagName }) => {
      const declaration = { name, module: MODULE };
      return [
        { kind: 'js', name, declaration },
        { kind: 'custom-element-definition', name: tagName, declaration },
      ];
    }),
  };
  const inModule = (key: string, value: unknown) => (key === 'module' ? MODULE : value);
  return JSON.parse(JSON.stringify({ ...elements, modules: [module] }, inModule));
}

/** Returns the declarations of the element's attributes, events and object-valued properties, from which the frameworks' types are made. */
export function attributeTypes(elements: ElementsManifest): string {
  const declarations = elements.modules.flatMap(({ declarations }) => declarations);
  const { attributes = [], events = [] } = declarations.find(
    ({ tagName }) => tagName === 'image-classifier',
  ) as Declaration;
  return `import type { Classification, ImageClassifier, Problem } from './${MODULE}';

/** The attributes of the element. */
export interface FieldAttributes {
${attributes.map((attribute) => member(attribute, `?: ${attributeType(attribute)}`)).join('\n')}
}

/** Properties whose values are objects, so that they have no attribute. */
export type FieldProperties = Partial<Pick<ImageClassifier, 'headers' | 'messages'>>;

/** The events of the element. */
export interface FieldEvents {
${events.map((event) => member(event, `: ${event.type?.text ?? 'Event'}`)).join('\n')}
}
`;
}

const member = ({ name, description }: Described, type: string): string =>
  `  /** ${description} */\n  '${name}'${type};`;

/** Returns the type of an attribute's value. Markup has text where a script has a number. */
function attributeType({ type }: Described): string {
  const text = type?.text ?? 'string';
  return text === 'number' ? `number | \`\${number}\`` : text;
}
