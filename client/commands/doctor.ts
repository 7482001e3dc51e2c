import type { HostFinding } from '../../workflows/model/host-finding';
import type { Invocation } from '../command';
import { checkClient } from '../doctor/check-client';
import { EXIT_CODES } from '../exit-codes';
import { renderFindings } from '../render/findings';

export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const findings = await checkClient(invocation);
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  output.json('pawl/doctor@1', { findings, problems });
  const told = shown(findings, output.style.quiet);
  // In a pipe a finding is one line, for other programs to take apart.
  const width = output.stdout.isTTY === true ? output.width : Infinity;
  output.result(renderFindings(told, output.colours, width));
  return problems === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

function shown(findings: readonly HostFinding[], quiet: boolean): readonly HostFinding[] {
  return quiet ? findings.filter(({ severity }) => severity !== 'ok') : findings;
}
