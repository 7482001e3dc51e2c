import { projectView, withoutSecrets } from '../../../workflows/release/project-view';
import { renderRelease } from '../../../workflows/release/render-release';

const WEB = {
  ...{ image: 'web:1', ports: ['8080:80'], networks: { default: { aliases: ['www'] } } },
  ...{ environment: { LEVEL: 'info' }, labels: { 'traefik.enable': 'true', owner: 'anna' } },
};
const DEPLOYMENT = {
  ...({
    service: 'web',
    strategy: 'switch',
    port: 80,
    drainSeconds: 1,
    keepOldSeconds: 0,
  } as const),
  ...{ watchSeconds: 0, ready: { http: '/', consecutive: 1, timeoutSeconds: 1 } },
};

it('is the service as its Compose file has it, whatever a release makes of it', () => {
  const model = { services: { web: WEB, db: { image: 'db:1' } }, networks: { default: null } };
  const image = { reference: 'web:1', pinned: 'web@sha256:aa', id: 'sha256:aa' };
  const rendered = renderRelease({
    ...{ model, stack: 'shop', release: 3, switchImage: 'haproxy', switchFolder: () => '/switch' },
    services: [{ deployment: DEPLOYMENT, image }],
  });
  if ('obstacle' in rendered) throw new Error(rendered.obstacle);
  const { image: _, ...web } = WEB;
  expect(projectView(rendered.model)).toEqual({
    services: { web, db: { image: 'db:1' } },
    networks: { default: null },
  });
  expect(Object.keys(projectView(rendered.model, ['web']).services ?? {})).toEqual(['web']);
});

describe('a model that may be shown', () => {
  const shown = (service: object) => withoutSecrets({ services: { web: service } }).services.web;

  it.each([
    ['DB_PASSWORD', 'hunter2', '[redacted]'],
    ['API_KEY', 12345, '[redacted]'],
    ['PASSWORD', '${DB_PASSWORD:-hunter2}', '[redacted]'],
    ['PASSWORD', '${DB_PASSWORD:?is missing}', '${DB_PASSWORD:?is missing}'],
    ['PASSWORD', '$DB_PASSWORD', '$DB_PASSWORD'],
    ['WHATEVER', 'q8Zt1LrM0pXv5NwBk2Jd', '[redacted]'],
    ['DATABASE_URL', 'postgres://app:hunter2@db/app', 'postgres://app:[redacted]@db/app'],
    ['DATABASE_URL', 'postgres://app:${PASSWORD}@db/app', 'postgres://app:${PASSWORD}@db/app'],
    ['LEVEL', 'info', 'info'],
    ['WORKERS', 4, 4],
    ['GREETING', 'Hello, this is a longer text', 'Hello, this is a longer text'],
  ])('has %s=%s as %s', (name, value, expected) => {
    expect(shown({ environment: { [name]: value } })).toEqual({
      environment: { [name]: expected },
    });
  });

  it('has no secret in lists, commands, labels and files either', () => {
    expect(shown({ environment: ['TOKEN=abc', 'LEVEL=info'] })).toEqual({
      environment: ['TOKEN=[redacted]', 'LEVEL=info'],
    });
    expect(shown({ command: ['serve', '--admin-password=abc', '--port=80'] })).toEqual({
      command: ['serve', '--admin-password=[redacted]', '--port=80'],
    });
    expect(shown({ healthcheck: { test: 'curl -u x --token abc http://a' } })).toEqual({
      healthcheck: { test: 'curl -u x --token [redacted] http://a' },
    });
    expect(withoutSecrets({ configs: { app: { content: 'secret: 1' } } })).toEqual({
      configs: { app: { content: '[redacted]' } },
    });
  });

  it('says of a secret only that it has changed', () => {
    const [old, young] = [{ environment: { TOKEN: 'a' } }, { environment: { TOKEN: 'b' } }];
    expect(withoutSecrets(young, old)).toEqual({ environment: { TOKEN: '[redacted, changed]' } });
    expect(withoutSecrets(old, old)).toEqual({ environment: { TOKEN: '[redacted]' } });
  });
});
