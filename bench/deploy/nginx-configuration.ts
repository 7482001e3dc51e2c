/** nginx on port 80, as its manual has it for applications with WebSockets. `location` says where the requests go. */
export function nginxConfiguration(server: { before?: string; location: string }): string {
  return `worker_processes 2;
events {}
http {
  access_log off;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  ${server.before ?? ''}
  server {
    listen 80 backlog=511;
    location / {
      ${server.location}
      proxy_http_version 1.1;
      proxy_connect_timeout 2s;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;
}
