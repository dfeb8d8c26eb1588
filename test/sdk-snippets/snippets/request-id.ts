import OpenAI from 'openai';

const client = new OpenAI();

const response = await client.responses.create({ model: 'gpt-4o', input: 'testing 123' });
console.log(response._request_id);
console.log(Object.keys(response).includes('_request_id'));
