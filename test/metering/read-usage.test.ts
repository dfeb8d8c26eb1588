import { describe, expect, it } from 'vitest';
import { laterUsage, readUsage } from '../../src/domain/read-usage.js';

const chat = (usage: unknown, more: object = {}) => readUsage('chat', { ...more, usage });

describe('reading usage from replies', () => {
  it('reads chat completions with every detail', () => {
    expect(
      chat({
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 40, audio_tokens: 5, image_tokens: 7 },
        completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 2 },
      }),
    ).toEqual({
      inputTokens: 100,
      cachedInputTokens: 40,
      audioInputTokens: 5,
      imageInputTokens: 7,
      outputTokens: 50,
      reasoningTokens: 30,
      audioOutputTokens: 2,
      totalTokens: 150,
      source: 'reported',
    });
  });

  it('reads the Responses API, as a body and as its closing event', () => {
    const usage = {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 4 },
      total_tokens: 29,
    };
    const expected = {
      inputTokens: 20,
      cachedInputTokens: 8,
      outputTokens: 9,
      reasoningTokens: 4,
      totalTokens: 29,
      source: 'reported',
    };
    expect(readUsage('responses', { usage })).toEqual(expected);
    expect(readUsage('responses', { type: 'response.completed', response: { usage } })).toEqual(expected);
    expect(readUsage('responses', { type: 'response.created', response: { usage: null } })).toBeUndefined();
  });

  it('reads embeddings, which have no output', () => {
    expect(readUsage('embeddings', { usage: { prompt_tokens: 8, total_tokens: 8 } })).toEqual({
      inputTokens: 8,
      totalTokens: 8,
      source: 'reported',
    });
  });

  it('counts pictures, and reads their tokens where the provider gives them', () => {
    expect(readUsage('images', { data: [{ url: 'a' }, { url: 'b' }] })).toEqual({ imageCount: 2, source: 'reported' });
    expect(readUsage('images', { images: [{ url: 'a' }] })).toEqual({ imageCount: 1, source: 'reported' });
    expect(
      readUsage('images', {
        data: [{ b64_json: '' }],
        usage: {
          input_tokens: 50,
          output_tokens: 4160,
          total_tokens: 4210,
          input_tokens_details: { text_tokens: 10, image_tokens: 40 },
        },
      }),
    ).toMatchObject({ imageCount: 1, inputTokens: 50, imageInputTokens: 40, outputTokens: 4160 });
  });

  it('reads transcriptions billed by time and by token', () => {
    expect(readUsage('transcriptions', { text: 'x', usage: { type: 'duration', seconds: 12.5 } })).toEqual({
      audioSeconds: 12.5,
      source: 'reported',
    });
    expect(readUsage('transcriptions', { text: 'x', duration: '8.47' })).toEqual({
      audioSeconds: 8.47,
      source: 'reported',
    });
    expect(
      readUsage('transcriptions', {
        text: 'x',
        usage: {
          type: 'tokens',
          input_tokens: 14,
          input_token_details: { text_tokens: 10, audio_tokens: 4 },
          output_tokens: 101,
          total_tokens: 115,
        },
      }),
    ).toMatchObject({ inputTokens: 14, audioInputTokens: 4, outputTokens: 101 });
    expect(readUsage('transcriptions', 'plain text')).toBeUndefined();
  });

  it('reads what the provider says it charged', () => {
    expect(chat({ prompt_tokens: 1, completion_tokens: 1, cost: 0.5 })).toMatchObject({
      reportedCost: { amountNano: 500_000_000, currency: 'USD' },
    });
    expect(readUsage('chat', { billing: { paid: 3 } }, { path: 'billing.paid', currency: 'CNY' })).toEqual({
      reportedCost: { amountNano: 3_000_000_000, currency: 'CNY' },
      source: 'reported',
    });
  });

  it('reads rerank replies that keep their tokens in meta', () => {
    expect(
      readUsage('rerank', { results: [], meta: { tokens: { input_tokens: 30, output_tokens: 0 } } }),
    ).toMatchObject({ inputTokens: 30 });
  });

  it('finds nothing in moderations and in bodies without usage', () => {
    expect(readUsage('moderations', { results: [{ flagged: false }] })).toBeUndefined();
    for (const body of [undefined, null, '', 'text', 7, [], {}, { usage: null }, { usage: 'x' }, { usage: [] }]) {
      expect(readUsage('chat', body)).toBeUndefined();
    }
  });
});

describe('the spellings of providers', () => {
  it.each([
    ['DeepSeek and SiliconFlow', { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 }],
    ['Anthropic behind its OpenAI door', { cached_tokens: 64 }],
    ['OpenAI', { prompt_tokens_details: { cached_tokens: 64 } }],
    ['relays that add the names of Anthropic', { cache_read_input_tokens: 64 }],
  ])('reads cached tokens as %s sends them', (_provider, fields) => {
    expect(chat({ prompt_tokens: 100, completion_tokens: 1, total_tokens: 101, ...fields })).toMatchObject({
      inputTokens: 100,
      cachedInputTokens: 64,
    });
  });

  it('adds the cached parts to the input where a reply has the shape of Anthropic', () => {
    expect(
      chat({
        input_tokens: 10,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_1h_input_tokens: 20 },
        output_tokens: 5,
      }),
    ).toMatchObject({
      inputTokens: 100,
      cachedInputTokens: 60,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 20,
      outputTokens: 5,
      totalTokens: 105,
    });
  });

  it('reads cache writes of OpenRouter', () => {
    expect(
      chat({
        prompt_tokens: 100,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 50 },
      }),
    ).toMatchObject({
      cachedInputTokens: 10,
      cacheWriteTokens: 50,
    });
  });

  it('adds the reasoning of xAI, which stands beside the completion', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect(chat(usage)).toMatchObject({ outputTokens: 105, reasoningTokens: 100, totalTokens: 115 });
  });

  it('does not add reasoning that is inside the completion', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 105,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect(chat(usage)).toMatchObject({ outputTokens: 105, reasoningTokens: 100 });
  });

  it('takes the hidden thinking of Gemini from the total, and trusts no other total that far', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 65 };
    expect(chat(usage, { model: 'models/gemini-3.8-flash' })).toMatchObject({ outputTokens: 55, reasoningTokens: 50 });
    expect(chat(usage, { model: 'some-model' })).toMatchObject({ outputTokens: 5, totalTokens: 65 });
  });

  it('finds usage inside a choice (Moonshot) and under x_groq (Groq)', () => {
    expect(readUsage('chat', { choices: [{ usage: { prompt_tokens: 3, completion_tokens: 4 } }] })).toMatchObject({
      inputTokens: 3,
      outputTokens: 4,
    });
    expect(
      readUsage('chat', { choices: [], x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } }),
    ).toMatchObject({ inputTokens: 3 });
  });
});

describe('streams', () => {
  it('lets the last value win and never adds up', () => {
    const events = [
      { choices: [{ delta: { content: 'a' } }], usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 } },
      { choices: [{ delta: { content: 'b' } }], usage: null },
      { choices: [{ delta: {} }], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } },
      { choices: [], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } },
    ];
    const usage = events.map((event) => readUsage('chat', event)).reduce(laterUsage, undefined);
    expect(usage).toEqual({ inputTokens: 10, outputTokens: 2, totalTokens: 12, source: 'reported' });
  });

  it('keeps a field that a later event leaves out', () => {
    const first = chat({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } });
    const second = chat({ prompt_tokens: 10, completion_tokens: 9 });
    expect(laterUsage(first, second)).toMatchObject({ cachedInputTokens: 4, outputTokens: 9 });
    expect(laterUsage(first, undefined)).toBe(first);
    expect(laterUsage(undefined, second)).toBe(second);
  });
});

describe('nonsense', () => {
  it.each([
    ['negative', { prompt_tokens: -5, completion_tokens: 7 }, { outputTokens: 7 }],
    ['not a number', { prompt_tokens: Number.NaN, completion_tokens: 7 }, { outputTokens: 7 }],
    ['infinite', { prompt_tokens: Number.POSITIVE_INFINITY, completion_tokens: 7 }, { outputTokens: 7 }],
    ['beyond any real call', { prompt_tokens: 1e15, completion_tokens: 7 }, { outputTokens: 7 }],
    ['an object', { prompt_tokens: {}, completion_tokens: 7 }, { outputTokens: 7 }],
    ['digits as text', { prompt_tokens: '12', completion_tokens: 7 }, { inputTokens: 12, outputTokens: 7 }],
    ['a fraction', { prompt_tokens: 12.9, completion_tokens: 7 }, { inputTokens: 12, outputTokens: 7 }],
  ])('survives a count that is %s', (_what, usage, expected) => {
    expect(chat(usage)).toMatchObject(expected);
  });

  it('caps a part at its whole', () => {
    const usage = chat({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 900, cache_write_tokens: 900, audio_tokens: 900 },
      completion_tokens_details: { audio_tokens: 900 },
    });
    expect(usage).toMatchObject({
      cachedInputTokens: 10,
      cacheWriteTokens: 0,
      audioInputTokens: 10,
      audioOutputTokens: 5,
    });
  });

  it('takes zeros on both sides for a missing measurement', () => {
    expect(chat({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })).toBeUndefined();
    expect(chat({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 25 })).toMatchObject({ inputTokens: 25 });
  });

  it('derives the output from the total when only that is missing', () => {
    expect(chat({ prompt_tokens: 10, total_tokens: 25 })).toMatchObject({ inputTokens: 10, outputTokens: 15 });
  });
});
