/** The embedded server (like Temporal's dev server) has its web pages 1000 ports above its own: 7233 and 8233. */
const UI_PORT_OFFSET = 1000;

/** Address of Temporal's web pages: PAWL_UI_URL, or what the server's address lets one expect. */
export function uiAddress(serverAddress: string, override: string | undefined): string {
  if (override) return override.replace(/\/+$/, '');
  if (/\.tmprl\.cloud(:\d+)?$|\.temporal\.io(:\d+)?$/.test(serverAddress)) {
    return 'https://cloud.temporal.io';
  }
  const [, host = 'localhost', port = '7233'] = /^(.*?)(?::(\d+))?$/.exec(serverAddress) ?? [];
  return `http://${host}:${Number(port) + UI_PORT_OFFSET}`;
}

/** Page of a workflow. Ids hold slashes (`melvin/42`), which must not become path segments. */
export function workflowLink(ui: string, namespace: string, workflowId: string): string {
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
