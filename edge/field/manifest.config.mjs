/** @file `npm run manifest`: the custom-elements manifest, which editors and documentation tools read, from element.ts and its comments. */

/** What is nobody's business outside. */
const isPublic = ({ name, privacy }) => privacy === undefined && !/Callback$|^adoptedStyleSheets$/.test(name);

export default {
  globs: ['edge/field/element.ts', 'edge/field/form-field.ts', 'edge/field/field.ts'],
  outdir: 'edge/field',
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
