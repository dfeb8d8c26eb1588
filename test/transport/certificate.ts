/** A certificate for this machine, made on the spot: no key lies in the repository, and none can expire. */
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** What a server needs to prove who it is, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** DER. @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const ECDSA_WITH_SHA256 = sequence(der(0x06, bytes('2a8648ce3d040302')));
const NAME = sequence(der(0x31, sequence(der(0x06, bytes('550403')), der(0x0c, Buffer.from('test')))));
const VALIDITY = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x18, Buffer.from('21000101000000Z')));
/** It signs itself, for 127.0.0.1 and localhost. */
const EXTENSIONS = der(
  0xa3,
  sequence(
    sequence(der(0x06, bytes('551d13')), der(0x01, bytes('ff')), der(0x04, sequence(der(0x01, bytes('ff'))))),
    sequence(
      der(0x06, bytes('551d11')),
      der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost')))),
    ),
  ),
);

/** Makes a certificate that nobody vouches for. */
export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const version = der(0xa0, der(0x02, bytes('02')));
  const serial = der(0x02, Buffer.concat([bytes('01'), randomBytes(8)]));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const signed = sequence(version, serial, ECDSA_WITH_SHA256, NAME, VALIDITY, NAME, spki, EXTENSIONS);
  const signature = createSign('sha256').update(signed).sign(privateKey);
  const whole = sequence(signed, ECDSA_WITH_SHA256, der(0x03, bytes('00'), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

/** Makes a certificate that all of this process trusts from now on. */
export function trustedCertificate(): Certificate {
  const certificate = makeCertificate();
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  return certificate;
}
