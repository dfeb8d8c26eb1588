import type { Route } from '../domain/route.js';
import { KIND } from './kinds.js';
import { nearestName } from './nearest-name.js';
import { type Problems, shownName } from './problems.js';
import type { Sources } from './sources.js';

/** The model for calls that name none: from code, variable or `LLM_CONFIG`, or an alias of the name `default`. */
export function resolveDefaultModel(
  { code, environment, config, configName }: Sources,
  aliases: ReadonlyMap<string, Route>,
  strict: boolean,
  problems: Problems,
): string | undefined {
  const model = code.defaultModel ?? environment.defaultModel ?? config.defaultModel;
  if (model === undefined) return aliases.has('default') ? 'default' : undefined;
  if (aliases.has(model)) return model;
  const fromVariable = code.defaultModel === undefined && environment.defaultModel !== undefined;
  const fromConfig = code.defaultModel === undefined && !fromVariable;
  const name = fromVariable ? environment.variable('DEFAULT_MODEL') : `${fromConfig ? configName : ''}defaultModel`;
  if (!KIND.name.accepts(model)) problems.add(name, `must be ${KIND.name.expected}`);
  else if (model === 'default') problems.add(name, 'stands for itself; name a model, or define an alias `default`');
  else if (strict && !problems.found) {
    const nearest = nearestName(model, aliases.keys());
    const hint = nearest === undefined ? '' : `; did you mean "${shownName(nearest)}"?`;
    problems.add(name, `must be an alias, because of \`strictModels\`${hint}`);
  }
  return model;
}
