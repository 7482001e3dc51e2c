import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../worker/free-port';
import { makeImage } from '../../adapters/docker/test-registry';
import { followed } from '../../images/base-image';
import { docker, TEST_IMAGES } from '../../support/docker';
import type { PawlEnvironment } from '../../support/pawl-environment';
import { until } from '../../support/processes';
import { testLabels } from '../../support/run-labels';
import { ReleasedStack, type ReleasedStackOptions } from './released-stack';

/** Answers everything with its version. Perl is in Debian's smallest image, of which a push takes the least time. */
const PROGRAM = `
use IO::Socket::INET;
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 128, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  my $length = length $ENV{VERSION};
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: $length\\r\\nConnection: close\\r\\n\\r\\n$ENV{VERSION}";
  close $client;
}
`;

const RECIPE = [`FROM ${TEST_IMAGES.base}`, 'COPY serve.pl /serve.pl', 'CMD ["perl", "/serve.pl"]'];

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** A released stack whose `api` is built from a folder of its own; a registry on 127.0.0.1 is one of its services. */
export class BuiltStack {
  private constructor(
    readonly released: ReleasedStack,
    private readonly registry: string,
  ) {}

  static async create(pawl: PawlEnvironment): Promise<BuiltStack> {
    const released = await ReleasedStack.create(pawl);
    const stack = new BuiltStack(released, `127.0.0.1:${await freePort('127.0.0.1')}`);
    await mkdir(join(released.stack.folder, 'api'));
    await writeFile(join(released.stack.folder, 'api', 'serve.pl'), PROGRAM);
    await stack.write();
    await released.compose('up', '-d', 'registry');
    await until(() => stack.answers());
    return stack;
  }

  /** Of `api`, without its tag. */
  get repository(): string {
    return `${this.registry}/${this.released.project}`;
  }

  get name(): string {
    return `${this.repository}:v1`;
  }

  /** Writes what is built from, with these lines at its end, and the files of the stack. */
  async write(...lines: readonly string[]): Promise<void> {
    const file = join(this.released.stack.folder, 'api', 'Dockerfile');
    await writeFile(file, [...RECIPE, ...lines, ''].join('\n'));
    await this.released.describe(this.options());
  }

  private options(): ReleasedStackOptions {
    // Without a network: what a step of a build needs one for, these have not.
    const build = { context: './api', network: 'none' };
    const ports = [`${this.registry}:5000`];
    const labels = testLabels();
    return {
      service: { image: this.name, build },
      services: { registry: { image: TEST_IMAGES.registry, init: true, ports, labels } },
    };
  }

  /** Of what this host has under the name. */
  async imageId(): Promise<string | undefined> {
    const images = await docker.listImages({ filters: { reference: [this.name] } });
    return images[0]?.Id;
  }

  /** Of what the registry has under the name. */
  async digest(): Promise<string | null> {
    const url = `http://${this.registry}/v2/${this.released.project}/manifests/v1`;
    const answer = await fetch(url, { method: 'HEAD', headers: { accept: MANIFEST } });
    return answer.headers.get('docker-content-digest');
  }

  /** Pushes an image that nobody else has, and forgets it here. */
  async pushRandom(reference: string, sizeBytes: number): Promise<void> {
    await makeImage(reference, sizeBytes);
    const image = docker.getImage(reference);
    await followed(docker, await image.push({ authconfig: {} }), reference);
    await image.remove({ force: true });
  }

  async remove(): Promise<void> {
    await this.released.remove();
    for (const { Id } of await docker.listImages({
      filters: { reference: [this.repository, `${this.repository}:*`] },
    })) {
      await docker.getImage(Id).remove({ force: true });
    }
  }

  private async answers(): Promise<true | undefined> {
    return fetch(`http://${this.registry}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => undefined,
    );
  }
}
