import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { openStackFile } from '../../stack-file/load';
import { explainStack, renderExplanation } from '../../stack-file/origins';

export function run({ globals, output }: Invocation): Promise<number> {
  const values = explainStack(openStackFile(globals));
  output.json('pawl/config@1', {
    values: values.map(({ path, ...rest }) => ({ path: path.join('.'), ...rest })),
  });
  output.result(renderExplanation(values));
  return Promise.resolve(EXIT_CODES.done);
}
