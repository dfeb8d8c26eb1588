// Apart from the other mocks: importing it replaces the global `fetch`, and others do not stand that.
import nock from 'nock';
import { it } from 'vitest';
import { expectObeyed, FAKE, JSON_TYPE, PATH } from './standing-aside.js';

it('answers from nock', async () => {
  nock.restore();
  await expectObeyed((origin) => {
    nock.activate();
    nock.disableNetConnect();
    nock(origin).persist().post(PATH).reply(200, FAKE, JSON_TYPE);
    return () => {
      nock.cleanAll();
      nock.enableNetConnect();
      nock.restore();
    };
  });
});
