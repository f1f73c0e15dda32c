// Packages, from where `setup` puts them.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.WORK}/`);

/** The module of a package. */
export const load = (name) => import(pathToFileURL(require.resolve(name)));
