import { chooseRecoveryPoint } from '../workflows/model/choose-recovery-point';
import { summarisePart, type ManifestSummary } from '../workflows/model/recovery-point';
import type { RestoreOptions } from '../workflows/model/run';
import { AdapterError } from './adapter-error';
import type { Ports } from './ports';
import { runStep, type StepInput } from './run-step';

export interface FindRecoveryPointInput extends StepInput {
  readonly wanted: Pick<RestoreOptions, 'point' | 'only'>;
}

/**
 * Finds the recovery point that is meant and reads its manifest.
 * Shape:  { stack, wanted: { point, only } } → { point, host, parts } without the contents of each part
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (none such) · VerificationFailed (its manifest is damaged) · as the repository
 */
export const findRecoveryPoint =
  (ports: Ports) =>
  (input: FindRecoveryPointInput): Promise<ManifestSummary> =>
    runStep(ports, input, { phase: 'find recovery point' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const points = await repository.listRecoveryPoints(input.stack.name, attempt);
      const point = chooseRecoveryPoint(points, input.wanted);
      if (typeof point === 'string') {
        throw new AdapterError('PreconditionFailed', `${input.stack.name}: ${point}`, {
          advice: 'pawl points lists what there is.',
        });
      }
      const manifest = await repository.readManifest(point.id, attempt);
      return { point, host: manifest.host, parts: manifest.parts.map(summarisePart) };
    });
