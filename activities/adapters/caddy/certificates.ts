import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CertificateFiles, EdgeDescription } from '../../../workflows/model/edge';
import { AdapterError } from '../../ports/adapter-error';
import type { EdgeCertificate } from '../../ports/edge';
import type { Site } from '../../ports/site';

/** As `Caddy.certificates`. */
export async function readCertificates(
  { directory }: Pick<Site, 'directory'>,
  { sites }: Pick<EdgeDescription, 'sites'>,
): Promise<readonly EdgeCertificate[]> {
  const found: EdgeCertificate[] = [];
  const problems: string[] = [];
  for (const { host, certificate } of sites) {
    if (typeof certificate === 'string') continue;
    try {
      found.push(await readPair(directory, host, certificate));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      problems.push(`edge.sites.${host}.certificate: ${error.message}`);
    }
  }
  if (problems.length === 0) return found;
  throw new AdapterError('PreconditionFailed', problems.join('; '), {
    advice: 'Put the files right on the host, or name others; nothing was changed.',
  });
}

/** What a person has to put right; never with anything of a key in it. */
class Unusable extends Error {}

async function readPair(
  directory: string,
  host: string,
  named: CertificateFiles,
): Promise<EdgeCertificate> {
  const [file, key] = [await place(directory, named.file), await place(directory, named.key)];
  const [pem, keyPem] = [await contentOf(file), await contentOf(key)];
  const certificate = parsed(file, 'certificate', () => new X509Certificate(pem));
  const privateKey: KeyObject = parsed(key, 'key without a password', () =>
    createPrivateKey(keyPem),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Unusable(`${key} is not the key of ${file}`);
  }
  if (certificate.checkHost(host) === undefined) {
    const names = certificate.subjectAltName ?? 'no name';
    throw new Unusable(`${file} is not for ${host}, but for ${names}`);
  }
  return { host, file, key, digest: createHash('sha256').update(pem).digest('hex') };
}

/** Where the file itself lies: a link may lead to another one after a renewal. */
async function place(directory: string, path: string): Promise<string> {
  const written = resolve(directory, path);
  const real = await realpath(written).catch((error: unknown) => {
    throw unreadable(written, error);
  });
  if (/[{}]/.test(real)) throw new Unusable(`${real} has braces, which Caddy would replace`);
  const folder = dirname(real);
  if (`${resolve(directory)}/`.startsWith(folder === '/' ? folder : `${folder}/`)) {
    throw new Unusable(
      `${real} does not lie in a folder of its own: the edge is given the whole folder to read, and that one has the project`,
    );
  }
  return real;
}

async function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

function unreadable(path: string, error: unknown): Unusable {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new Unusable(`${path} is not there`);
  return new Unusable(`${path} cannot be read by the worker (${code ?? 'no reason given'})`);
}

function parsed<Output>(path: string, what: string, parse: () => Output): Output {
  try {
    return parse();
  } catch {
    // What OpenSSL says is of no help, and might say something of the key.
    throw new Unusable(`${path} is no PEM ${what}`);
  }
}
