import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../tools/exports-map.ts';
import { sdkVersion } from '../tools/sdk-surface.ts';
import { type Consumer, createConsumer } from '../tools/staged-package.ts';

/** What `consumer/report.cjs` prints. */
interface Report {
  readonly names: readonly string[];
  readonly defaultIsClass: boolean;
  readonly classNames: Record<string, string>;
  readonly instanceOfSdk: boolean;
  readonly instanceOfOwn: boolean;
  readonly cloneIsOwn: boolean;
  readonly subclassIsOwn: boolean;
  readonly sameClasses: readonly string[];
  readonly sdkNames: readonly string[];
  readonly statics: readonly string[];
  readonly ownStatic: boolean;
  readonly rateLimitError: boolean;
  readonly sdkUserAgents: readonly string[];
  readonly classUserAgents: readonly string[];
  readonly subclassUserAgents: readonly string[];
  readonly factoryMakesClass: boolean;
  readonly factoryUserAgents: readonly string[];
  readonly door?: Record<string, unknown>;
}

const cases = (['openai', 'openai-floor'] as const).flatMap((sdk) =>
  ['by-import.mjs', 'by-require.cjs'].map((script) => ({ sdk, script })),
);

describe.each(cases)('the packed package beside $sdk, loaded $script', ({ sdk, script }) => {
  const version = sdkVersion(sdk);
  const plainUserAgents = [`OpenAI/JS ${version}`, `OpenAI/JS ${version}`];
  let consumer: Consumer;
  let report: Report;

  beforeAll(() => {
    consumer = createConsumer(sdk);
    cpSync(join(projectRoot, 'test/package/consumer'), consumer.folder, { recursive: true });
    const printed = execFileSync(process.execPath, [join(consumer.folder, script)], { encoding: 'utf8' });
    report = JSON.parse(printed) as Report;
  });
  afterAll(() => consumer.remove());

  it('makes clients that are instances of the SDK class, clones and subclasses too', () => {
    expect(report).toMatchObject({
      defaultIsClass: true,
      instanceOfSdk: true,
      instanceOfOwn: true,
      cloneIsOwn: true,
      subclassIsOwn: true,
      ownStatic: true,
    });
  });

  it('throws the error classes of the SDK', () => {
    expect(report.rateLimitError).toBe(true);
  });

  it('carries the statics of the SDK class', () => {
    expect(report.statics).toEqual([]);
  });

  it('hands on every root export of the SDK, the very same objects', () => {
    expect(report.names).toEqual(expect.arrayContaining([...report.sdkNames]));
    expect(report.sameClasses.toSorted()).toEqual(
      report.sdkNames.filter((name) => name !== 'default' && name !== 'OpenAI'),
    );
  });

  it("sends the SDK's own User-Agent, also from clones, and a subclass's own name", () => {
    expect(report.sdkUserAgents).toEqual(plainUserAgents);
    expect(report.classUserAgents).toEqual(plainUserAgents);
    expect(report.subclassUserAgents).toEqual([`Subclass/JS ${version}`, `Subclass/JS ${version}`]);
  });

  it('makes the same class with createGatewayClient as with new', () => {
    expect(report.factoryMakesClass).toBe(true);
    expect(report.factoryUserAgents).toEqual(plainUserAgents);
  });

  it('exports each class under its own name', () => {
    expect(Object.keys(report.classNames)).toContain('OpenAI');
    expect(Object.values(report.classNames)).toEqual(Object.keys(report.classNames));
  });

  it('is itself the class when required, and a namespace of names when imported', () => {
    const whenRequired = {
      constructible: true,
      constructorIsClass: true,
      subclassable: true,
      statics: [],
      esModule: true,
    };
    expect(report.door).toEqual(script === 'by-require.cjs' ? whenRequired : undefined);
  });
});
