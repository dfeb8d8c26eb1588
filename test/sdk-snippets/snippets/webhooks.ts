import { createHmac } from 'node:crypto';
import OpenAI, { InvalidWebhookSignatureError } from 'openai';

const secret = `whsec_${Buffer.from('a webhook secret').toString('base64')}`;
const client = new OpenAI({ webhookSecret: secret });

const body = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'response.completed',
  created_at: 1,
  data: { id: 'resp_1' },
});
const timestamp = String(Math.floor(Date.now() / 1000));
const signature = createHmac('sha256', 'a webhook secret').update(`wh_1.${timestamp}.${body}`).digest('base64');
const headers = { 'webhook-id': 'wh_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };

const event = await client.webhooks.unwrap(body, headers);
if (event.type === 'response.completed') console.log('Response completed:', event.data);

await client.webhooks
  .unwrap(`${body} `, headers)
  .catch((error: unknown) => console.log(error instanceof InvalidWebhookSignatureError, String(error)));
