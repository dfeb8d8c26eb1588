import OpenAI from 'openai';

const client = new OpenAI();

async function getCurrentLocation() {
  return 'Boston';
}

async function getWeather(args: { location: string }) {
  return { temperature: 'warm', location: args.location };
}

const runner = client.chat.completions
  .runTools({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'How is the weather this week?' }],
    tools: [
      {
        type: 'function',
        function: {
          function: getWeather,
          name: 'getWeather',
          description: 'The weather in one place',
          parse: JSON.parse,
          parameters: {
            type: 'object',
            properties: { location: { type: 'string' } },
            required: ['location'],
          },
        },
      },
      {
        type: 'function',
        function: {
          function: getCurrentLocation,
          name: 'getCurrentLocation',
          description: 'Where the user is',
          parameters: { type: 'object', properties: {} },
        },
      },
    ],
  })
  .on('message', (message) => console.log(message));

console.log('Final content:', await runner.finalContent());
console.log(await runner.totalUsage());
