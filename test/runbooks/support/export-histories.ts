import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { isNotFound } from '../../../client/temporal/errors';
import { opened } from '../../../client/temporal/open-sealed';
import { sealedClient, TEST_CODEC } from '../../support/sealed';

/** A question's, such as `plan/melvin/<unique>`: it is forgotten when it is answered, and listed for a moment longer. */
const QUESTION = /\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Every history of a server as JSON, with each payload opened and decoded too. */
export async function exportHistories(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, ...sealedClient() });
    const texts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const history = await handle.fetchHistory().catch((error: unknown) => {
        if (isNotFound(error) && QUESTION.test(workflowId)) return undefined;
        throw error;
      });
      if (history === undefined) continue;
      const json = JSON.stringify(historyToJSON(history));
      texts.push(`${workflowId}\n${json}\n${decoded(opened(TEST_CODEC, history))}`);
    }
    return texts.join('\n');
  } finally {
    await connection.close();
  }
}

function decoded(value: unknown): string {
  if (value instanceof Uint8Array) return `${Buffer.from(value).toString()}\n`;
  if (typeof value === 'string') return `${value}\n`;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(decoded).join('');
}
