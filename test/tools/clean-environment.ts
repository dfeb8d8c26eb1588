/** Settings in the developer's shell must not decide a test. */
for (const name of Object.keys(process.env)) {
  if (/^(OPENAI|AZURE_OPENAI|LLM|AWS)_/.test(name)) delete process.env[name];
}
