/** @file `npm run manifest`: the custom-elements manifest, which editors and documentation tools read, from element.ts and its comments. */

/** What is nobody's business outside. */
const isPublic = ({ name, privacy }) => privacy === undefined && !/Callback$|^adoptedStyleSheets$/.test(name);

export default {
  globs: ['web/field/element.ts', 'web/field/form-field.ts', 'web/field/field.ts'],
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
