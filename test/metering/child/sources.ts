/** Lets a child process load the sources as they are: `.js` in an import means the `.ts` beside it. */
import { registerHooks } from 'node:module';

const SOURCES = new URL('../../../src/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.startsWith(SOURCES);
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
