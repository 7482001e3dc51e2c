import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

/** Every history of a server as JSON, with each payload decoded too. */
export async function exportHistories(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const texts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const json = JSON.stringify(historyToJSON(history));
      texts.push(`${workflowId}\n${json}\n${decoded(json)}`);
    }
    return texts.join('\n');
  } finally {
    await connection.close();
  }
}

function decoded(json: string): string {
  const payloads = [...json.matchAll(/"data":"([^"]*)"/g)];
  return payloads.map(([, data = '']) => Buffer.from(data, 'base64').toString()).join('\n');
}
