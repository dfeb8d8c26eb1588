import { readFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Calibration } from '../../src/domain/calibration.js';
import { askedFor } from '../../src/domain/estimate.js';
import { OutputSize } from '../../src/domain/output-size.js';
import { promptSize, promptSizeOf } from '../../src/domain/prompt-size.js';
import { scanText } from '../../src/domain/scan-text.js';
import { type EstimatedCall, TokenEstimator } from '../../src/state/limiter-estimator.js';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { callOf } from './attempt-of.js';
import { meanError, pieces } from './texts.js';

const texts = {
  English: pieces('english', 400),
  Chinese: pieces('chinese', 200),
  code: pieces('code', 600),
};

describe('the size of a prompt', () => {
  it.each(Object.entries(texts))('of %s is within 10 %% of what the tokenizer counts, on average', (_name, all) => {
    expect(all.length).toBeGreaterThan(5);
    expect(meanError(all)).toBeLessThan(0.1);
  });

  it.each([
    [
      'Russian',
      'Современные языковые модели умеют отвечать на вопросы, переводить и писать программы, однако стоимость запросов растёт.',
    ],
    [
      'Japanese',
      '大規模言語モデルは、質問への回答や翻訳、プログラムの作成などを行うことができます。しかし、費用が増えるため注意が必要です。',
    ],
    [
      'Korean',
      '대규모 언어 모델은 질문에 답하고 번역하며 프로그램을 작성할 수 있습니다. 하지만 비용이 증가하므로 주의해야 합니다.',
    ],
    [
      'French',
      'Les modèles de langue sont entraînés sur d’énormes quantités de données et peuvent répondre à des questions.',
    ],
    ['emoji', '🎉🚀😀🤖🔥✨💡📦✅❌👍🏽'],
    ['hexadecimal', 'a4abd4448c49562d828115d13a1fccea927f52b4d5459297f8b43e42da89238bc13626e43dcb38ddb082488927ec904f'],
  ])('of %s is not off by more than half', (_name, text) => {
    const { ascii, nonAscii } = promptSize({ input: text });
    expect((ascii + nonAscii) / countTokens(text)).toBeGreaterThan(0.6);
    expect((ascii + nonAscii) / countTokens(text)).toBeLessThan(1.5);
  });

  it('is close for a long prompt too, of which only samples are read', () => {
    const long = Array.from({ length: 10 }, () => texts.English.join('\n')).join('\n') + texts.Chinese.join('\n');
    const messages = [
      { role: 'system', content: long.slice(0, 3_000) },
      { role: 'user', content: [{ type: 'text', text: long.slice(3_000) }] },
    ];
    const { ascii, nonAscii } = promptSize({ messages });
    expect((ascii + nonAscii) / countTokens(long)).toBeCloseTo(1, 1);
  });

  it('is the same whether a text is read at once or in pieces, wherever they are cut', () => {
    const random = seededRandom(7);
    const text = `${texts.English[0]}\n\n    const limit1234567 = HTTP_LIMIT;\t \n${texts.Chinese[0]}${texts.code[0]}`;
    const whole = { ascii: 0, nonAscii: 0 };
    scanText(text, 0, text.length, 1, whole);
    for (let round = 0; round < 50; round += 1) {
      const cut = { ascii: 0, nonAscii: 0 };
      for (let from = 0; from < text.length; ) {
        const to = Math.min(text.length, from + 1 + Math.floor(random() * 40));
        scanText(text, from, to, 1, cut);
        from = to;
      }
      // Of a word of many letters the beginning may be out of sight.
      expect(cut.ascii / whole.ascii).toBeCloseTo(1, 2);
      expect(cut.nonAscii).toBeCloseTo(whole.nonAscii, 6);
    }
  });

  it('counts messages, parts, tool calls and instructions, and no roles or ids', () => {
    const text = 'one two three';
    const plain = promptSize({ messages: [{ role: 'user', content: text }] }).ascii;
    expect(plain).toBeCloseTo(7, 0);
    const forms: unknown[] = [
      { messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
      { input: [{ role: 'user', content: [{ type: 'input_text', text }] }] },
      { messages: [{ role: 'tool', tool_call_id: 'call_'.repeat(50), content: text }] },
    ];
    for (const form of forms) expect(promptSize(form).ascii).toBe(plain);
    expect(promptSize({ input: text }).ascii).toBe(3);
    expect(promptSize({ input: [text, text] }).ascii).toBe(6);
    expect(
      promptSize({
        input: [
          [1, 2, 3],
          [4, 5],
        ],
      }).ascii,
    ).toBe(5);
    expect(promptSize({ prompt: text, suffix: text }).ascii).toBe(6);
    expect(promptSize({ input: text, instructions: text }).ascii).toBe(6);
    const call = {
      id: 'x'.repeat(100),
      type: 'function',
      function: { name: 'look_up', arguments: '{"city":"Paris"}' },
    };
    expect(promptSize({ messages: [{ role: 'assistant', tool_calls: [call] }] }).ascii).toBeGreaterThan(8);
  });

  it('takes images, recordings and files by their kind and not by their base64', () => {
    const data = 'QUJD'.repeat(100_000);
    const image = (detail?: string) =>
      promptSize({
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}`, detail } }],
          },
        ],
      });
    expect(image()).toMatchObject({ media: 765, nonAscii: 0 });
    expect(image('low').media).toBe(85);
    expect(image().ascii).toBeLessThan(10);
    expect(promptSize({ input: [{ type: 'input_image', image_url: data, detail: 'low' }] }).media).toBe(85);
    expect(
      promptSize({
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data, format: 'mp3' } }] }],
      }).media,
    ).toBeCloseTo(187, -1);
    expect(promptSize({ input: [{ type: 'input_file', file_data: data }] }).media).toBeGreaterThan(1_000);
  });

  it('looks at tools once, however often they are used', () => {
    let looks = 0;
    const tools = new Proxy([{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }], {
      ownKeys(target) {
        looks += 1;
        return Reflect.ownKeys(target);
      },
    });
    const first = promptSize({ messages: [], tools });
    expect(promptSize({ messages: [], tools })).toEqual(first);
    expect(first.ascii).toBeGreaterThan(8);
    expect(looks).toBe(1);
  });

  it('counts a schema as its JSON', () => {
    const schema = { type: 'json_schema', strict: true, list: [1, null, 'two'], inner: { left: undefined } };
    expect(promptSize({ response_format: schema })).toEqual(promptSize({ input: JSON.stringify(schema) }));
  });

  it('runs no code of the caller, which runs when the request is written', () => {
    let runs = 0;
    const run = () => {
      runs += 1;
      return { name: 'get_weather' };
    };
    const own = { type: 'function', toJSON: run };
    const slot = Object.defineProperty({ type: 'function' }, 'function', { get: run, enumerable: true });
    promptSize({ tools: [own, slot] });
    promptSize(Object.defineProperty({}, 'response_format', { get: run, enumerable: true }));
    expect(runs).toBe(0);
  });

  it.each([undefined, null, 'text', 5, {}, { messages: null }, { messages: [null, 3, [[]]] }, new Map()])(
    'of %o is no error',
    (body) => {
      expect(Number.isFinite(promptSize(body).ascii)).toBe(true);
    },
  );

  it('is measured once for a call, and anew for the next one with the same body', () => {
    const body = { messages: [{ role: 'user', content: 'one two three' }] };
    const call = callOf(systemClock, { body });
    const before = promptSizeOf(call);
    body.messages.push({ role: 'user', content: 'four five six' });
    expect(promptSizeOf(call)).toBe(before);
    expect(promptSizeOf(callOf(systemClock, { body })).ascii).toBe(2 * before.ascii);
  });

  it('survives bodies that refer to themselves', () => {
    const message: Record<string, unknown> = { role: 'user', content: 'hello' };
    message['content'] = [message];
    const tools: Record<string, unknown> = {};
    tools['self'] = tools;
    expect(Number.isFinite(promptSize({ messages: [message], tools }).ascii)).toBe(true);
  });
});

describe('calibration', () => {
  it.each([
    ['deepseek-v4', 0.8],
    ['Qwen/Qwen3.8-72B', 0.87],
    ['glm-5.3', 0.85],
    ['anthropic/claude-sonnet-5', 1.43],
    ['gpt-6-sol', 1],
  ])('begins for %s with %f tokens where the common vocabulary has one', (model, ratio) => {
    expect(new Calibration(model).tokens({ ascii: 0, nonAscii: 1000, media: 0 })).toBeCloseTo(1000 * ratio);
    expect(new Calibration(model).tokens({ ascii: 1000, nonAscii: 0, media: 0 })).toBe(1000);
  });

  it('learns both ratios of another vocabulary from mixed traffic', () => {
    const calibration = new Calibration('unheard-of');
    for (let call = 0; call < 1_000; call += 1) {
      const size = { ascii: 100 + (call % 7) * 300, nonAscii: ((call * 5) % 7) * 250, media: 0 };
      calibration.learn(size, size.ascii * 1.2 + size.nonAscii * 0.6);
    }
    expect(calibration.tokens({ ascii: 1000, nonAscii: 0, media: 0 }) / 1200).toBeCloseTo(1, 1);
    expect(calibration.tokens({ ascii: 0, nonAscii: 1000, media: 0 }) / 600).toBeCloseTo(1, 1);
  });

  it('is moved neither by absurd counts nor without end', () => {
    const calibration = new Calibration('any');
    const size = { ascii: 1000, nonAscii: 0, media: 0 };
    for (const counted of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, 1]) calibration.learn(size, counted);
    expect(calibration.tokens(size)).toBe(1000);
    for (let call = 0; call < 1_000; call += 1) calibration.learn(size, 3.9 * calibration.tokens(size));
    expect(calibration.tokens(size)).toBe(3_000);
  });
});

describe('what a call asks for besides its prompt', () => {
  it.each([
    ['chat', { max_tokens: 100 }, { generates: true, outputCap: 100 }],
    ['chat', { max_completion_tokens: 50, max_tokens: 100, n: 3 }, { outputCap: 150 }],
    ['chat', { max_tokens: 100, thinking_budget: 4_096 }, { outputCap: 4_196 }],
    ['responses', { max_output_tokens: 70 }, { generates: true, outputCap: 70 }],
    ['chat', { max_tokens: -1 }, { generates: true, outputCap: undefined }],
    ['chat', { max_tokens: 'many' }, { generates: true, outputCap: undefined }],
    ['embeddings', { max_tokens: 100 }, { generates: false, outputCap: undefined }],
    ['images', { n: 4 }, { generates: false, images: 4 }],
    ['images', {}, { images: 1 }],
    ['transcriptions', { file: new File([new Uint8Array(96_000)], 'speech.mp3') }, { audioMinutes: 0.1 }],
    ['transcriptions', { file: new File([new Uint8Array(96_000)], 'speech.WAV') }, { audioMinutes: 0.05 }],
    ['chat', undefined, { generates: false, images: 0, audioMinutes: 0 }],
  ])('%s %o', (operation, body, expected) => {
    expect(askedFor(operation, body)).toMatchObject(expected);
  });

  it('finds the recording in a form, as uploads are sent', () => {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(192_000)], 'a.mp3'));
    expect(askedFor('transcriptions', form).audioMinutes).toBeCloseTo(0.2);
  });
});

describe('the estimate of a call', () => {
  const messages = [{ role: 'user', content: 'one two three' }];
  const chat = (body: object) => callOf(systemClock, { body });
  const call: EstimatedCall = {
    call: chat({ messages, max_tokens: 2_000 }),
    model: 'm',
    target: 'a/m',
    kind: 'alias/project',
    countsMaxTokens: false,
    mostTokens: Number.POSITIVE_INFINITY,
  };
  const reported = (outputTokens: number) => ({ inputTokens: 7, outputTokens, source: 'reported' }) as const;

  it('reserves the maximum until replies have shown how long they are', () => {
    const estimator = new TokenEstimator();
    expect(estimator.estimate(call).need).toEqual({ requests: 1, tokens: 2_007, images: 0, audioMinutes: 0 });
    for (let reply = 0; reply < 20; reply += 1)
      estimator.learn(estimator.estimate(call), reported(reply < 18 ? 100 : 400));
    expect(estimator.estimate(call).outputTokens).toBe(400);
    for (let reply = 0; reply < 64; reply += 1) estimator.learn(estimator.estimate(call), reported(120));
    expect(estimator.estimate(call).outputTokens).toBe(120);
    expect(estimator.estimate({ ...call, countsMaxTokens: true }).outputTokens).toBe(2_000);
    expect(estimator.estimate({ ...call, kind: 'other' }).outputTokens).toBe(2_000);
    expect(estimator.estimate({ ...call, call: chat({ messages: [] }), kind: 'other' }).outputTokens).toBe(1_000);
    expect(estimator.estimate({ ...call, call: chat({ messages: [], max_tokens: 5 }) }).outputTokens).toBe(5);
  });

  it('guesses no more output than the limit has room for, so that no call is refused for a guess', () => {
    const estimator = new TokenEstimator();
    const open = { ...call, call: callOf(systemClock) };
    expect(estimator.estimate(open).need.tokens).toBe(1_007);
    expect(estimator.estimate({ ...open, mostTokens: 200.5 }).need.tokens).toBe(200);
    expect(estimator.estimate({ ...open, mostTokens: 5 }).need.tokens).toBe(7);
    // What the caller allows is no guess.
    expect(estimator.estimate({ ...call, mostTokens: 200 }).need.tokens).toBeGreaterThan(200);
  });

  it('uses the counter the user plugs in, unless that fails or answers nonsense', () => {
    expect(new TokenEstimator(() => 55).estimate(call).promptTokens).toBe(55);
    for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY, undefined]) {
      expect(new TokenEstimator(() => nonsense).estimate(call).promptTokens).toBe(7);
    }
    const failing = new TokenEstimator(() => {
      throw new Error('no such vocabulary');
    });
    expect(failing.estimate(call).promptTokens).toBe(7);
  });

  it('learns nothing from its own estimates', () => {
    const estimator = new TokenEstimator();
    const before = estimator.estimate(call);
    for (let reply = 0; reply < 20; reply += 1)
      estimator.learn(before, { inputTokens: 20, outputTokens: 1, source: 'estimated' });
    expect(estimator.estimate(call)).toEqual(before);
  });

  it('remembers a bounded number of models and kinds', () => {
    const estimator = new TokenEstimator();
    for (let name = 0; name < 3_000; name += 1) {
      const each = { ...call, target: `a/${name}`, kind: `${name}` };
      for (let reply = 0; reply < 8; reply += 1) estimator.learn(estimator.estimate(each), reported(50));
    }
    expect(estimator.estimate({ ...call, kind: '2999' }).outputTokens).toBe(50);
    expect(estimator.estimate({ ...call, kind: '0' }).outputTokens).toBe(2_000);
  });
});

describe('the usual length of replies', () => {
  it('covers nine of ten', () => {
    const size = new OutputSize();
    for (let tokens = 1; tokens <= 7; tokens += 1) size.learn(tokens);
    expect(size.usual).toBeUndefined();
    for (let tokens = 8; tokens <= 50; tokens += 1) size.learn(tokens);
    expect(size.usual).toBe(46);
    size.learn(Number.NaN);
    expect(size.usual).toBe(46);
  });

  it('goes by the last 64 replies, whatever came before', () => {
    const random = seededRandom(3);
    const size = new OutputSize();
    const all: number[] = [];
    for (let reply = 0; reply < 500; reply += 1) {
      const tokens = Math.floor(random() * 20);
      all.push(tokens);
      size.learn(tokens);
      const last = all.slice(-64).sort((a, b) => a - b);
      expect(size.usual).toBe(last.length < 8 ? undefined : last[Math.floor(last.length * 0.9)]);
    }
  });
});

describe('the fixture texts', () => {
  it('are what the names say', () => {
    expect(readFileSync(new URL('texts/chinese.txt', import.meta.url), 'utf8')).toMatch(/[\u4e00-\u9fff]{5}/);
    expect(texts.code.join('')).toContain('export ');
  });
});
