/** However a network cuts a stream into pieces, and whatever a provider puts between its events: the same chunks as the SDK. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mockTransport, reply, seededRandom, sse } from '../../src/testing.js';
import { type Contender, chat, makeClient } from './clients.js';
import { observe } from './observation.js';
import { enterVirtualTime, leaveVirtualTime, settle } from './virtual-time.js';

const ROUNDS = 200;
const TEXTS = ['Hello', ' wörld', ' 你好', ' 🙂', '\\n', ' "quoted"', ' data: x', '\u2028', ''];

/** A healthy stream, written as untidily as the format allows. */
function untidyStream(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const end = pick(['\n', '\r\n', '\r']);
  const chunk = (delta: object, finish: string | null = null) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...Array.from({ length: 1 + Math.floor(random() * 6) }, () => chunk({ content: pick(TEXTS) })),
    chunk({}, 'stop'),
  ];
  const lines = chunks.flatMap((value) => {
    const json = JSON.stringify(value);
    const between = pick([[], [], [': keep-alive', ''], ['id: 7'], ['retry: 10'], [':'], ['event: message']]);
    return [
      ...between,
      ...pick([
        [`data: ${json}`],
        [`data:${json}`],
        [`data: ${json.replace(',"object"', '\n,"object"').replaceAll('\n', `${end}data: `)}`],
      ]),
      '',
    ];
  });
  const last = pick([['data: [DONE]', ''], ['data:[DONE]', '', 'data: {"late":1}', ''], ['data: [DONE]'], []]);
  return pick(['', '\uFEFF']) + [...lines, ...last].map((line) => line + end).join('');
}

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

test(`the same chunks for ${ROUNDS} streams cut at random (F075)`, async () => {
  const random = seededRandom(75);
  for (let round = 0; round < ROUNDS; round++) {
    const text = untidyStream(random);
    const segments = Array.from({ length: 64 }, () => 1 + Math.floor(random() ** 3 * 40));
    const play = async (who: Contender) => {
      const transport = mockTransport([reply.stream([text], { segments })]);
      const client = makeClient(who, { baseURL: 'https://a.test/v1', fetch: transport.fetch });
      return settle(observe(() => chat(client, 'stream')));
    };
    const plain = await play('plain');
    for (const contender of ['compat', 'gateway'] as const)
      expect(await play(contender), `${contender}, round ${round}: ${JSON.stringify(text)}`).toStrictEqual(plain);
  }
});

test('one large event is one chunk', async () => {
  const large = 'x'.repeat(2_000_000);
  const data = sse.data({ id: 'c', choices: [{ index: 0, delta: { content: large }, finish_reason: 'stop' }] });
  const transport = mockTransport([reply.stream([data, sse.done()], { segments: 65_536 })]);
  const seen = await settle(
    observe(() => chat(makeClient('gateway', { baseURL: 'https://a.test/v1', fetch: transport.fetch }), 'stream')),
  );
  expect(seen).toMatchObject({ ending: 'returned', text: large });
});
