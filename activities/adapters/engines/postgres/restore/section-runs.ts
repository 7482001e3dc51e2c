import { AdapterError } from '../../../../ports/adapter-error';
import { SectionRun, type Place } from './run-section';

/** The programs of one restore, one after the other: once it is killed, none begins any more. */
export class SectionRuns {
  private current: SectionRun | undefined;
  private isKilled = false;

  constructor(readonly place: Place) {}

  /** Throws: as `SectionRun.start` · InternalError when it was killed */
  async start(argumentsFor?: Parameters<typeof SectionRun.start>[1]): Promise<SectionRun> {
    this.refuseKilled();
    const run = await SectionRun.start(this.place, argumentsFor);
    this.current = run;
    if (this.isKilled) await run.kill();
    this.refuseKilled();
    return run;
  }

  async kill(): Promise<void> {
    this.isKilled = true;
    await this.current?.kill();
  }

  private refuseKilled(): void {
    if (!this.isKilled) return;
    const { access, database } = this.place;
    throw new AdapterError(
      'InternalError',
      `The restore of ${database} at ${access.place} was given up`,
    );
  }
}
