/** @file Configuration of `npm run manifest`: generates custom-elements.json for editors and documentation tools from the doc comments. */

/** Leaves out private members, and the callbacks that only the browser calls. */
const isPublic = ({ name, privacy }) => privacy === undefined && !/Callback$|^adoptedStyleSheets$/.test(name);

export default {
  globs: ['element', 'label-field', 'options-field', 'form-field', 'field'].map(
    (name) => `web/field/${name}.ts`,
  ),
  outdir: 'web/field',
  packagejson: false,
  plugins: [
    {
      name: 'public-members',
      packageLinkPhase({ customElementsManifest }) {
        for (const { declarations = [] } of customElementsManifest.modules) {
          for (const declaration of declarations) declaration.members = declaration.members?.filter(isPublic);
        }
      },
    },
  ],
};
