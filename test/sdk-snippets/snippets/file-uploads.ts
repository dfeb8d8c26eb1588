import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';

const client = new OpenAI();
const folder = mkdtempSync(join(tmpdir(), 'snippet-'));
writeFileSync(join(folder, 'input.jsonl'), '{"prompt":"a"}\n');

// If you have access to Node `fs` we recommend using `fs.createReadStream()`:
const fromDisk = await client.files.create({
  file: createReadStream(join(folder, 'input.jsonl')),
  purpose: 'fine-tune',
});
// Or if you have the web `File` API you can pass a `File` instance:
const fromFile = await client.files.create({ file: new File(['my bytes'], 'input.jsonl'), purpose: 'fine-tune' });
// You can also pass a `fetch` `Response`:
const fromResponse = await client.files.create({ file: await toFile(new Response('{}'), 'r.jsonl'), purpose: 'batch' });
// Finally, if none of the above are convenient, you can use our `toFile` helper:
const fromBuffer = await client.files.create({
  file: await toFile(Buffer.from('my bytes'), 'b.jsonl'),
  purpose: 'batch',
});
const fromArray = await client.files.create({
  file: await toFile(new Uint8Array([0, 1, 2]), 'u.jsonl'),
  purpose: 'batch',
});

rmSync(folder, { recursive: true });
console.log([fromDisk, fromFile, fromResponse, fromBuffer, fromArray].map((file) => [file.filename, file.bytes]));
