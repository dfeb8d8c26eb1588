import { VERSION } from 'openai/version';
import { VERSION as FLOOR_VERSION } from 'openai-floor/version';
import { expect, it } from 'vitest';
import { checkSdkVersion } from '../src/check-sdk-version.js';

it.each([VERSION, FLOOR_VERSION, '7.5.0', '7.100.1-beta.2', '8.0.0', '10.0.0'])('takes openai %s', (version) => {
  expect(() => checkSdkVersion(version)).not.toThrow();
});

// 6.49.0 is what npm chooses under Node 20, whose users would find out much later.
it.each(['6.49.0', '5.0.0-beta.1', '0.1'])('refuses openai %s and says what to install', (version) => {
  expect(() => checkSdkVersion(version)).toThrow(
    `openai: version ${version} is installed, and 7.17 or newer is needed: npm install openai@7`,
  );
});
