import { appendFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';

/** One entry per subpath of the exports map in package.json, which a test keeps in step, and the command. */
const entry = {
  cli: 'src/cli.ts',
  index: 'src/index.ts',
  redis: 'src/redis.ts',
  sqlite: 'src/sqlite.ts',
  testing: 'src/testing.ts',
};

/**
 * Makes `require('llm-gateway-client')` itself the class, as `require('openai')` is: callable with `new`, carrying the
 * statics, and with every named export as a property.
 */
const COMMONJS_DOOR = `
var named = module.exports;
var Client = named.OpenAI;
function door() {
  return Reflect.construct(Client, arguments, new.target || Client);
}
door.prototype = Client.prototype;
module.exports = Object.setPrototypeOf(door, Client);
Object.defineProperties(door, Object.getOwnPropertyDescriptors(named));
Object.defineProperty(door, 'name', { value: 'OpenAI' });
`;

// With --no-dts only what `npm start`, the benches and the chaos run import is built, and the rest of dist/ stays.
export default defineConfig(({ dts }) => ({
  entry,
  dts: dts !== false,
  clean: dts !== false,
  format: dts === false ? ['esm'] : ['esm', 'cjs'],
  target: 'node22',
  // Code that entries have in common is loaded once in CommonJS too, so that its classes and maps are the same ones.
  // tsup can split CommonJS in two ways; the other one rewrites modern syntax into slow calls.
  splitting: true,
  treeshake: dts !== false,
  // tsup would turn `node:sqlite` into `sqlite`, which is no module.
  removeNodeProtocol: false,
  // ESM only, so a CommonJS build could not require it on every Node that is supported.
  noExternal: ['p-retry', 'is-network-error', 'zod'],
  plugins: [
    {
      name: 'commonjs-door',
      renderChunk(code, { path }) {
        // Where tests run CommonJS in contexts of their own, as Jest does, `import()` is not to be had.
        const own = /\bimport\((["']\.\/[^"']+\.cjs["'])\)/g;
        return path.endsWith('.cjs')
          ? { code: code.replace(own, 'Promise.resolve().then(() => require($1))') }
          : undefined;
      },
      async buildEnd({ writtenFiles }) {
        const index = writtenFiles.find(({ name }) => name.endsWith('index.cjs'));
        if (index) await appendFile(index.name, COMMONJS_DOOR);
      },
    },
  ],
}));
