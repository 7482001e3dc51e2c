import { docker, TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { ReleasedStack } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const HOSTILE = `<script>alert("1 & 2")</script>\nback at 14:00 %[src] 'o' 😀; set map x`;
const AS_HTML =
  '<p>&#60;script&#62;alert(&#34;1 &#38; 2&#34;)&#60;/script&#62;<br>back at 14:00 %[src] &#39;o&#39; 😀; set map x</p>';

interface Status {
  readonly maintenance?: readonly {
    readonly service: string;
    readonly maintenance: { readonly message: string; readonly by: string; readonly since: string };
  }[];
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a maintenance', () => {
  const newStack = releasedStacks();

  const turn = (stack: ReleasedStack, ...argv: readonly string[]) =>
    stack.stack.follow('maintenance', ...argv);

  async function status(stack: ReleasedStack): Promise<Status> {
    return JSON.parse((await stack.stack.cli('status', '--json')).stdout) as Status;
  }

  async function page(stack: ReleasedStack, accept = 'text/html'): Promise<string> {
    const answer = await fetch(`${stack.url}/version`, { headers: { accept } });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    return answer.text();
  }

  async function switchOf(stack: ReleasedStack) {
    const { id } = (await stack.containers()).find(({ service }) => service === 'api') ?? {};
    return docker.getContainer(id ?? '');
  }

  it('shows a hostile message as text, through a restart and a deploy, until it is ended', async () => {
    const stack = await newStack();
    await stack.mustDeploy();
    const on = await turn(stack, 'on', '-m', HOSTILE);
    expect(on).toMatchObject({ code: 0, outcome: { runbook: 'maintenance', turn: 'on' } });
    expect(await page(stack)).toContain(AS_HTML);
    expect(JSON.parse(await page(stack, 'application/json'))).toMatchObject({ message: HOSTILE });

    await (await switchOf(stack)).restart();
    expect(await until(() => page(stack).catch(() => undefined))).toContain(AS_HTML);
    await stack.describe({ service: { image: TEST_IMAGES.app2 } });
    await stack.mustDeploy();
    expect(await page(stack)).toContain(AS_HTML);

    const [one] = (await status(stack)).maintenance ?? [];
    const maintenance = one?.maintenance;
    expect([one?.service, maintenance?.message]).toEqual(['api', HOSTILE]);
    expect(Date.parse(maintenance?.since ?? '')).toBeGreaterThan(Date.now() - 110_000);
    const shown = await stack.stack.cli('status');
    expect(shown.stdout).toMatch(/maintained +api: <script>alert/);
    expect(shown.stdout).toContain(maintenance?.by);

    expect(await turn(stack, 'on', '-m', 'later', 'api')).toMatchObject({ code: 0 });
    expect(await page(stack, 'text/plain')).toBe('Maintenance: later');
    const replaced = (await status(stack)).maintenance?.[0]?.maintenance;
    expect(replaced).toEqual({ ...maintenance, message: 'later' });

    expect(await turn(stack, 'off', 'api')).toMatchObject({ code: 0, outcome: { turn: 'off' } });
    const load = await startLoad({ url: stack.url, connections: 8 });
    await until(async () => ((await stack.serving()) === '2' ? true : undefined));
    expect(await turn(stack, 'off')).toMatchObject({ code: 0 });
    const { total } = await load.stop();
    expect(total).toMatchObject({ failed: 0 });
    expect(total.ok).toBeGreaterThan(20);
    expect((await status(stack)).maintenance).toEqual([]);
  });

  it('says what is missing', async () => {
    const recreated = { deploy: { cron: { strategy: 'recreate' } } };
    const stack = await newStack({
      ...{ services: { cron: { image: TEST_IMAGES.app1 } } },
      ...recreated,
    });
    const told = async (...argv: readonly string[]) => {
      const { code, stderr } = await stack.stack.cli('maintenance', ...argv);
      return [code, stderr.replaceAll(/\s+/g, ' ')] as const;
    };
    expect(await told('on', '-m', 'x')).toEqual([7, expect.stringContaining('`pawl deploy`')]);
    expect(await told('on', '-m', 'x', 'web')).toEqual([2, expect.stringContaining('"web"')]);
    expect(await told('off', 'cron')).toEqual([2, expect.stringContaining('recreated')]);
    expect(await told('on')).toEqual([2, expect.stringContaining('-m')]);
    const plan = await stack.stack.cli('maintenance', 'off', '-n');
    expect([plan.code, plan.stderr]).toEqual([7, expect.stringContaining('no switch yet')]);
  });
});
