import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly restart: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const ROOT = join(__dirname, '../..');
const { services, ...rest } = parse(
  readFileSync(join(ROOT, 'docker-compose.temporal.yml'), 'utf8'),
  { merge: true },
) as { readonly services: Readonly<Record<string, Service>> };

describe('docker-compose.temporal.yml', () => {
  it('has another service wait for each that ends: `up --wait` calls it a failure otherwise', () => {
    const ending = Object.keys(services).filter(
      (name) => services[name]?.restart !== 'unless-stopped',
    );
    expect(ending).toEqual(['schema', 'namespace']);
    const waitedFor = Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.entries(depends_on)
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .map(([name]) => name),
    );
    expect(new Set(waitedFor)).toEqual(new Set(ending));
  });

  it('keeps nothing under `configs`: `up -d` takes no notice of what changes there', () => {
    expect(rest).not.toHaveProperty('configs');
    expect(Object.keys(services)).toContain('temporal');
  });

  it('has server and tools of one version, of which `npm run nightly` can make stand-ins', () => {
    const images = Object.values(services).map(({ image }) => image.split(':'));
    const versions = new Set(
      images.flatMap(([name = '', version = '']) =>
        name === 'temporalio/server' || name === 'temporalio/admin-tools' ? [version] : [],
      ),
    );
    expect(versions.size).toBe(1);
    const [ui = ''] = images.flatMap(([name, version]) =>
      name === 'temporalio/ui' ? [version] : [],
    );
    const modules = [`temporal-server-${[...versions].join('')}`, `temporal-ui-${ui}`];
    for (const module of modules) {
      const file = join(ROOT, 'test/images/modules', module, 'go.mod');
      expect({ module, is: existsSync(file) }).toEqual({ module, is: true });
    }
  });
});
