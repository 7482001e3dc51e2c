import type { HostFinding } from '../../workflows/model/host-finding';
import type { CopyDescription, StackDescription } from '../../workflows/model/stack';
import { ofCopy } from '../frame/of-copy';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { finding, ok, warning } from './findings';
import { opened } from './opened';

/** Whether a copy opens, and is the repository that was copied to before. */
export async function examineCopy(
  ports: Ports,
  site: Site,
  { stack, copy }: { readonly stack: StackDescription; readonly copy: CopyDescription },
  attempt: Attempt,
): Promise<HostFinding[]> {
  const { name, url, initialise } = copy;
  const id = `copies.${name}`;
  const found = await finding(id, () =>
    ofCopy(copy, async () => {
      const [probe, known] = await Promise.all([
        opened(ports, site, copy, attempt),
        ports.knownCopies.idsOf(stack.name, copy),
      ]);
      if (probe.state === 'absent') {
        if (known.length > 0) return problem(id, `it is no longer at ${url}`, 'Mount its disk.');
        return initialise
          ? ok(id, `${url} is absent and will be created`)
          : warning(id, `no repository at ${url} yet`, `Write \`initialise: true\` in \`${id}\`.`);
      }
      if (known.length > 0 && !known.includes(probe.id ?? '')) {
        const fact = `${url} is another repository than the one that was copied to before`;
        return problem(id, fact, `pawl copy ${name} --accept-another`);
      }
      return ok(id, `${url} is ready`);
    }),
  );
  return [found];
}

function problem(id: string, fact: string, fix: string): HostFinding {
  return { id, severity: 'problem', fact, fix };
}
