import type { Gate, Migrations } from '../model/deployment';
import type { PlannedStep } from '../model/plans';
import { stepId } from '../model/step-id';

/* What is asked of the application and its schema around a release, as plans tell it. */

/** One step for each gate, in their order. */
export function gateSteps(when: 'before' | 'after', gates: readonly Gate[]): PlannedStep[] {
  const moment = when === 'before' ? 'pre-release' : 'post-release';
  return gates.map((gate, index) => ({
    id: stepId(`gate-${when}`, String(index + 1)),
    title: `${moment} check ${index + 1} of ${gates.length}: ${describeGate(gate)}`,
  }));
}

function describeGate(gate: Gate): string {
  switch (gate.kind) {
    case 'run':
      return `\`${gate.command.join(' ')}\` in ${gate.service}`;
    case 'scan':
      return `\`${gate.command.join(' ')}\``;
    case 'http':
      return gate.url;
    case 'sql':
      return `\`${gate.query}\` on ${gate.part}`;
  }
}

export const MIGRATE_STEP: PlannedStep = { id: 'migrate', title: 'migrate the schema' };

/** The migrations, and what is asked of the schema around them where a command can be asked. */
export function migrationSteps({ head }: Migrations): PlannedStep[] {
  if (head === undefined) return [MIGRATE_STEP];
  return [schemaHeadStep('before'), MIGRATE_STEP, schemaHeadStep('after')];
}

export function schemaHeadStep(when: string): PlannedStep {
  return { id: `schema-head-${when}`, title: 'read the schema revision' };
}

export function migrateDownStep(revision: string): PlannedStep {
  return { id: 'migrate-down', title: `take the schema down to ${revision}` };
}
