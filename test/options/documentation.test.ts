import { describe, expect, it } from 'vitest';
import { documentedOptions } from './documented-options.js';
import { loose, problemsOf } from './resolve-with.js';

const options = documentedOptions();
const of = (name: string) => options.filter((option) => option.interface === name).map((option) => option.name);

describe('the documentation of options', () => {
  it('has a sentence for every field', () => {
    const silent = options.filter(
      ({ meaning, name }) => !/\w+ \w+/.test(meaning) && !['model', 'amount', 'currency'].includes(name),
    );
    expect(silent.map((option) => `${option.interface}.${option.name}`)).toEqual([]);
  });

  it('names the unit of every duration', () => {
    const unitless = options.filter(({ name, meaning }) => name.endsWith('Ms') && !meaning.includes('milliseconds'));
    expect(unitless).toEqual([]);
  });

  it('has a default for every field with a value of its own', () => {
    const documented = [
      'EndpointOptions',
      'RateLimits',
      'LimitOptions',
      'CircuitOptions',
      'HedgeOptions',
      'CallLimits',
      'ConnectionOptions',
    ];
    const absentByNature = ['models', 'client', 'preset', 'labels', 'limits'];
    const without = options.filter((option) => documented.includes(option.interface) && option.default === undefined);
    expect(without.map(({ name }) => name).filter((name) => !absentByNature.includes(name))).toEqual([]);
  });

  it('describes exactly the options that are accepted', () => {
    // What is documented and unknown, or known and undocumented, would show as a problem here.
    const wrong = Symbol('no option accepts this');
    const names = [...of('GatewayOptions'), ...of('CallLimits'), ...of('ConnectionOptions')];
    const problems = problemsOf(loose({ apiKey: 'k', ...Object.fromEntries(names.map((name) => [name, wrong])) }));
    expect(Object.keys(problems).filter((name) => problems[name]?.startsWith('there is no such option'))).toEqual([]);
    expect(Object.keys(problems).sort()).toEqual([...names].sort());
  });
});
