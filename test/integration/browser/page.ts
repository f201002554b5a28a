// The script of the page that browser.test.ts bundles and opens: the whole renderer, and a scene to run.

import * as renderer from '../../../renderer/browser.ts';
import { renderScene } from './scene.ts';

// The namespace is used as a value, so that the bundle holds all of it and not only what the scene needs.
Object.assign(globalThis, { renderer, renderScene });
