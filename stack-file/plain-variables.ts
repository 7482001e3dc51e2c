/**
 * Variables of restic, its backends and their libraries that are no secrets: their values may stand in the stack file. Any
 * other may be one, and is only referred to.
 * Source: restic manual, "Environment Variables" and "Preparing a new repository"; rclone, AWS and Go documentation
 */
const PLAIN: ReadonlySet<string> = new Set([
  ...['RESTIC_CACERT', 'RESTIC_TLS_CLIENT_CERT', 'RESTIC_COMPRESSION', 'RESTIC_PACK_SIZE'],
  ...['RESTIC_READ_CONCURRENCY', 'RESTIC_FEATURES', 'RESTIC_REST_USERNAME'],
  ...['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_CA_BUNDLE'],
  ...['AWS_SHARED_CREDENTIALS_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'],
  ...['AZURE_ACCOUNT_NAME', 'AZURE_ENDPOINT_SUFFIX', 'AZURE_FORCE_CLI_CREDENTIAL'],
  ...['GOOGLE_PROJECT_ID', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ...['OS_AUTH_URL', 'OS_REGION_NAME', 'OS_USERNAME', 'OS_TENANT_ID', 'OS_TENANT_NAME'],
  ...[
    'OS_USER_DOMAIN_NAME',
    'OS_PROJECT_NAME',
    'OS_PROJECT_DOMAIN_NAME',
    'OS_IDENTITY_API_VERSION',
  ],
  ...['RCLONE_CONFIG', 'RCLONE_BWLIMIT', 'RCLONE_VERBOSE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSH_AUTH_SOCK', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR'],
  ...['GOMAXPROCS', 'GOGC', 'GODEBUG'],
]);

export function mayBePlain(name: string): boolean {
  return PLAIN.has(name);
}
