import { defineConfig } from 'tsup';

/** One entry per subpath of the exports map in package.json; a test keeps the two in step. */
const entry = {
  index: 'src/index.ts',
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

export default defineConfig((cli) => ({
  entry,
  format: ['esm', 'cjs'],
  dts: cli.dts !== false,
  // Types of an earlier full build stay valid when only the JavaScript is rebuilt.
  clean: cli.dts !== false,
  target: 'node22',
  // tsup would turn `node:sqlite` into `sqlite`, which is no module.
  removeNodeProtocol: false,
  // ESM only, so a CommonJS build could not require it on every Node that is supported.
  noExternal: ['p-retry', 'is-network-error'],
  plugins: [
    {
      name: 'commonjs-door',
      renderChunk(code, chunk) {
        return chunk.type === 'chunk' && chunk.path.endsWith('index.cjs') ? { code: code + COMMONJS_DOOR } : undefined;
      },
    },
  ],
}));
