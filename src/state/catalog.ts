/** Which targets stand behind a model name. Made once, remembered per name, bounded. */
import { modelLabel } from '../domain/model-label.js';
import type { Route, RouteStep, Target } from '../domain/route.js';
import { BoundedMap } from './bounded-map.js';

/** What the catalog needs to know of an endpoint. */
export interface CatalogEndpoint {
  readonly name: string;
  readonly tier: number;
  readonly weight: number;
  /** Upstream names by public name. */
  readonly models: ReadonlyMap<string, string>;
}

/** What a model name stands for. */
export interface Resolution {
  readonly alias: string | undefined;
  readonly route: Route | undefined;
  /** Step by step and tier by tier: a later group is for when the earlier ones have nothing left. */
  readonly groups: readonly (readonly Target[])[];
}

/** Names remembered. They come from callers and may be without number; forgetting one only costs making it anew. */
const MAX_NAMES = 1_000;

export class Catalog {
  readonly #endpoints: readonly CatalogEndpoint[];
  readonly #aliases: ReadonlyMap<string, Route>;
  readonly #resolutions = new BoundedMap<string, Resolution>(MAX_NAMES);
  readonly #targets = new BoundedMap<string, Target>(MAX_NAMES * 4);

  constructor(endpoints: readonly CatalogEndpoint[], aliases: ReadonlyMap<string, Route>) {
    this.#endpoints = endpoints;
    this.#aliases = aliases;
  }

  isAlias(name: string): boolean {
    return this.#aliases.has(name);
  }

  aliasNames(): string[] {
    return [...this.#aliases.keys()];
  }

  hasEndpoint(name: string): boolean {
    return this.#endpoints.some((endpoint) => endpoint.name === name);
  }

  /** The targets of a model name; the empty name stands for calls that name no model. */
  resolve(name: string): Resolution {
    const known = this.#resolutions.get(name);
    if (known !== undefined) return known;
    const route = this.#aliases.get(name);
    const steps = route?.steps ?? [{ model: name }];
    const resolution = Object.freeze({ alias: route?.alias, route, groups: Object.freeze(this.#groups(steps)) });
    if (modelLabel(name) === name) this.#resolutions.set(name, resolution);
    return resolution;
  }

  /** The one target of a model name at one endpoint: for calls that may not move. */
  resolveAt(name: string, endpoint: string): Target {
    for (const group of this.resolve(name).groups)
      for (const target of group) if (target.endpoint === endpoint) return target;
    const found = this.#endpoints.find((one) => one.name === endpoint) as CatalogEndpoint;
    return this.#target(found, this.#aliases.get(name)?.steps[0]?.model ?? name);
  }

  #groups(steps: readonly RouteStep[]): (readonly Target[])[] {
    const groups: (readonly Target[])[] = [];
    const seen = new Set<Target>();
    for (const step of steps) {
      const candidates = this.#endpoints.filter(
        (endpoint) => step.endpoint === undefined || endpoint.name === step.endpoint,
      );
      const tiers = [...new Set(candidates.map((endpoint) => endpoint.tier))].sort((a, b) => a - b);
      for (const tier of tiers) {
        const group = candidates
          .filter((endpoint) => endpoint.tier === tier)
          .map((endpoint) => this.#target(endpoint, step.model))
          .filter((target) => !seen.has(target));
        for (const target of group) seen.add(target);
        if (group.length > 0) groups.push(Object.freeze(group));
      }
    }
    return groups;
  }

  #target(endpoint: CatalogEndpoint, publicName: string): Target {
    const sentModel = endpoint.models.get(publicName) ?? publicName;
    const model = modelLabel(sentModel);
    const key = `${endpoint.name}/${model}`;
    const known = this.#targets.get(key);
    if (known !== undefined && model === sentModel) return known;
    const { name, tier, weight } = endpoint;
    const target = { key, endpoint: name, model, tier, weight };
    // Not remembered: two such names can look alike.
    if (model !== sentModel) return Object.freeze({ ...target, sentModel });
    Object.freeze(target);
    this.#targets.set(key, target);
    return target;
  }
}
