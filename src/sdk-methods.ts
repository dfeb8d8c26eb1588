/** Methods of classes as they were when this package was loaded: what comes later, a test's spy for instance, can be told from them. */
import { OpenAI as SDK } from 'openai';

/** The methods of the SDK's client. */
export const SDK_METHODS = copyOf(Object.prototype, SDK.prototype);

/** Looks like an instance of a class that extends the SDK's client, and keeps looking like that. */
export function methodsOf(type: { readonly prototype: SDK }): object {
  return copyOf(SDK_METHODS, type.prototype);
}

function copyOf(parent: object, prototype: object): object {
  return Object.create(parent, Object.getOwnPropertyDescriptors(prototype)) as object;
}
