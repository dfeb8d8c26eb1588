import OpenAI from 'openai';

const openai = new OpenAI();

const moderation = await openai.moderations.create({
  input: ['I want to hug them.', 'Hello'],
  model: 'omni-moderation-latest',
});
console.log(moderation.results.map((result) => [result.flagged, result.categories.harassment]));
