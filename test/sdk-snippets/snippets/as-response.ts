import OpenAI from 'openai';

const client = new OpenAI();

const httpResponse = await client.responses.create({ model: 'gpt-4o', input: 'say this is a test.' }).asResponse();

// access the underlying web standard Response object
console.log(httpResponse.headers.get('x-request-id'));
console.log(httpResponse.statusText, httpResponse.ok, httpResponse.bodyUsed);
console.log(((await httpResponse.json()) as OpenAI.Responses.Response).status);
