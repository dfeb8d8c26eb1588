/** Test tools, imported as `llm-gateway-client/testing`: a scripted `fetch`, a local provider with the same script language, a clock moved by hand. */
export type { ScriptedAnswer, ScriptedToolCall, ScriptedUsage } from './testing/chat-reply.js';
export { type ManualClock, type ManualClockOptions, manualClock } from './testing/manual-clock.js';
export { type MockProvider, type MockProviderOptions, startMockProvider } from './testing/mock-provider.js';
export type { MockRequest, MockRequestState } from './testing/mock-request.js';
export { type MockTransport, type MockTransportOptions, mockTransport } from './testing/mock-transport.js';
export { type ErrorFields, type FaultInit, reply } from './testing/reply.js';
export type { MockMatch, MockRule, MockScript } from './testing/script.js';
export type {
  Answer,
  BodyEnding,
  BodyStep,
  Fault,
  MockReply,
  RawAnswer,
  ReplyInit,
  ScriptedReply,
} from './testing/scripted-reply.js';
export { seededRandom } from './testing/seeded-random.js';
export type { AccountLimits } from './testing/simulated-account.js';
export { type SimulatedProviderOptions, simulatedProvider } from './testing/simulated-provider.js';
export { sse } from './testing/sse.js';
export type { TransportFault } from './testing/transport-fault.js';
