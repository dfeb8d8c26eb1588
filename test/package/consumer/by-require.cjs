const OpenAI = require('llm-gateway-client');
const sdk = require('openai');
const report = require('./report.cjs');

class Subclass extends OpenAI {}

report(OpenAI, sdk).then((seen) => {
  const client = new OpenAI({ apiKey: 'key' });
  const door = {
    constructible: client instanceof OpenAI && client instanceof OpenAI.OpenAI && client instanceof sdk,
    constructorIsClass: client.constructor === OpenAI.OpenAI,
    subclassable: new Subclass({ apiKey: 'key' }) instanceof Subclass,
    statics: Object.getOwnPropertyNames(sdk.OpenAI).filter((name) => OpenAI[name] === undefined),
    esModule: OpenAI.__esModule === true,
  };
  process.stdout.write(JSON.stringify({ ...seen, door }));
});
