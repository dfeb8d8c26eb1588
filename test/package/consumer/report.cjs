/**
 * Runs inside a project that has the packed package installed, and reports what a user of it would see.
 * Both doors load it with their own copies of the package and of the SDK.
 */

/** A `fetch` that answers every request and remembers the headers. */
function recordingFetch() {
  const userAgents = [];
  const fetch = async (_url, init) => {
    userAgents.push(new Headers(init.headers).get('user-agent'));
    return new Response('{"object":"list","data":[]}', { headers: { 'content-type': 'application/json' } });
  };
  return { fetch, userAgents };
}

async function userAgentOf(makeClient) {
  const { fetch, userAgents } = recordingFetch();
  const client = makeClient({ apiKey: 'key', fetch });
  await client.embeddings.create({ model: 'm', input: 'text' });
  await client.withOptions({ timeout: 1000 }).embeddings.create({ model: 'm', input: 'text' });
  return userAgents;
}

async function errorOf(Client, status) {
  const fetch = async () =>
    new Response('{"error":{"message":"no"}}', { status, headers: { 'content-type': 'application/json' } });
  const client = new Client({ apiKey: 'key', fetch, maxRetries: 0 });
  return client.embeddings.create({ model: 'm', input: 'text' }).then(
    () => undefined,
    (error) => error,
  );
}

/** @param door The package as this module system hands it out. @param sdk `openai`, likewise. */
module.exports = async function report(door, sdk) {
  const { OpenAI } = door;
  const client = new OpenAI({ apiKey: 'key' });
  class Subclass extends OpenAI {}
  return {
    nodeVersion: process.versions.node,
    names: Object.keys(door).sort(),
    defaultIsClass: door.default === OpenAI,
    classNames: Object.fromEntries(
      Object.entries(door)
        .filter(([name, value]) => name !== 'default' && typeof value === 'function' && /^class\b/.test(String(value)))
        .map(([name, value]) => [name, value.name]),
    ),
    instanceOfSdk: client instanceof sdk.OpenAI,
    instanceOfOwn: client instanceof OpenAI,
    cloneIsOwn: client.withOptions({}) instanceof OpenAI,
    subclassIsOwn: new Subclass({ apiKey: 'key' }) instanceof Subclass,
    sameClasses: Object.keys(sdk).filter((name) => name !== 'default' && name !== 'OpenAI' && door[name] === sdk[name]),
    sdkNames: Object.keys(sdk).sort(),
    statics: Object.getOwnPropertyNames(sdk.OpenAI).filter((name) => OpenAI[name] === undefined),
    ownStatic: OpenAI.OpenAI === OpenAI,
    rateLimitError: (await errorOf(OpenAI, 429)) instanceof sdk.RateLimitError,
    sdkUserAgents: await userAgentOf((options) => new sdk.OpenAI(options)),
    classUserAgents: await userAgentOf((options) => new OpenAI(options)),
    subclassUserAgents: await userAgentOf((options) => new Subclass(options)),
    factoryMakesClass: door.createGatewayClient?.({ apiKey: 'key' }).constructor === OpenAI,
    factoryUserAgents: door.createGatewayClient && (await userAgentOf((options) => door.createGatewayClient(options))),
  };
};
