import { AdapterError } from '../../../ports/adapter-error';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Containers } from '../../../ports/containers';
import type { Queries } from '../../../ports/queries';
import { applicationName } from './connect/application-name';
import { clientProgramsOnHost } from './connect/find-client-program';
import { reachServer } from './connect/reach-server';
import { onDatabase } from './connect/server-sessions';

/** Asks the databases of `protect` in their containers or by address, as backups do. */
export function createQueries(options: {
  readonly hostRunner: CommandRunner;
  readonly containers: Containers;
}): Queries {
  const dependencies = {
    ...options,
    findClientProgram: clientProgramsOnHost(options.hostRunner),
  };
  return {
    async ask({ site, entry, query, attempt: { owner, signal, onProgress } }) {
      const { database } = entry;
      if (typeof database !== 'string') throw wholeServer(entry.name);
      const caller = { applicationName: applicationName(owner), signal, onProgress };
      const access = await reachServer(dependencies, site, entry, caller);
      return onDatabase(access, database, async (session) => {
        await session.execute('reset search_path');
        await session.execute('begin transaction read only');
        const asked = `select pg_catalog.to_json(gate.value)::text from (${bare(query)}) as gate(value)`;
        const [answer] = await session.execute(asked).catch((error: unknown) => {
          throw refused(error, query);
        });
        return answer === undefined
          ? null
          : (JSON.parse(answer) as boolean | number | string | null);
      });
    },
  };
}

/** Without the semicolon and the comment that may end it: it becomes a part of another query. */
function bare(query: string): string {
  return `${query.trim().replace(/;+\s*$/, '')}\n`;
}

function wholeServer(entry: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `protect.${entry} is a whole server, not a database`,
  );
}

/** What the server says of the query itself is the gate's answer; asking again gives the same. */
function refused(error: unknown, query: string): unknown {
  if (!(error instanceof AdapterError)) return error;
  if (error.kind === 'ServiceUnavailable' || error.kind === 'CredentialsRejected') return error;
  const message = `\`${query}\`: ${error.message}`;
  return new AdapterError('VerificationFailed', message, error.evidence, { cause: error });
}
