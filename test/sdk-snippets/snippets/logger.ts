import OpenAI from 'openai';

const lines: string[] = [];
const note = (level: string) => (message: string) =>
  lines.push(`${level} ${message.replaceAll(/log_\w+|\d+ms|http:\S+|:\d+/g, '*')}`);
const client = new OpenAI({
  logger: { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') },
  logLevel: 'debug',
});
await client.chat.completions.create({ model: 'busy-once', messages: [{ role: 'user', content: 'hi' }] });
console.log(
  lines.length > 0,
  lines.filter((line) => /api[-_]?key|Bearer/i.test(line)),
);
