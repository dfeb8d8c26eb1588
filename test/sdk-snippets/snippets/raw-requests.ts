import OpenAI from 'openai';

const client = new OpenAI();

const echoed = await client.post<{ query: string; body: unknown }>('/echo', {
  body: { some_prop: 'foo' },
  query: { some_query_arg: 'bar' },
});
console.log(echoed);
console.log(await client.get('/echo', { headers: { 'x-raw': '1' } }));
console.log(await client.put('/echo', { body: { a: 1 } }));
console.log(await client.patch('/echo', { body: { b: 2 } }));
console.log(await client.delete('/echo'));
