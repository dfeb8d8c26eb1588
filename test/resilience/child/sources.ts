/** Lets a child process load the sources as they are: `.js` in an import means the `.ts` beside it. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.includes('/src/');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
