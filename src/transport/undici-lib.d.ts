/** Files of undici that have no declarations of their own; `load-undici.ts` gives them the types of its main door. */
declare module 'undici/lib/*';
