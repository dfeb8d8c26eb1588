type Schema = Readonly<Record<string, unknown>>;

/** Deeper schemas are answered with `null`: a recursive one has no end. */
const MAX_DEPTH = 12;

/**
 * A value that fits a JSON schema, as small and as dull as can be: for tool arguments and structured output of a simulated
 * model. Knows what these schemas use: type, properties, items, enum, const, anyOf/oneOf/allOf, local `$ref`, minimum, minItems.
 */
export function schemaExample(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isSchema(schema) || depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (typeof schema['$ref'] === 'string') return schemaExample(resolve(schema['$ref'], root), root, depth + 1);
  for (const key of ['anyOf', 'oneOf']) {
    const options = schema[key];
    if (Array.isArray(options)) return schemaExample(options[0], root, depth + 1);
  }
  if (Array.isArray(schema['allOf'])) {
    const parts = schema['allOf'].map((part) => schemaExample(part, root, depth + 1));
    return parts.every(isSchema) ? Object.assign({}, ...parts) : (parts[0] ?? null);
  }
  const type = Array.isArray(schema['type']) ? schema['type'].find((name) => name !== 'null') : schema['type'];
  switch (type ?? (isSchema(schema['properties']) ? 'object' : 'null')) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isSchema(schema['properties']) ? schema['properties'] : {}).map(([name, part]) => [
          name,
          schemaExample(part, root, depth + 1),
        ]),
      );
    case 'array': {
      const count = Math.max(1, Number(schema['minItems'] ?? 1));
      return Array.from({ length: count }, () => schemaExample(schema['items'], root, depth + 1));
    }
    case 'string':
      return 'example';
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolve(reference: string, root: unknown): unknown {
  return reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter(Boolean)
    .reduce<unknown>((node, key) => (isSchema(node) ? node[key] : undefined), root);
}
