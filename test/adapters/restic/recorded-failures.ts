import type { AdapterError } from '../../../activities/ports/adapter-error';

/*
 * What restic 0.19.1 said, recorded on 2026-11-29 with real servers: OpenSSH 9.2, `rclone serve restic` and the rclone
 * backend (1.60.1), versitygw 1.8.0 for S3, each stopped or killed at the moment that is told. `saw` is a line after which
 * restic would have gone on trying for a quarter of an hour. Folders and addresses are made up.
 */

export interface RecordedFailure {
  readonly backend: 'sftp' | 'rest' | 's3' | 'rclone' | 'gs' | 'swift' | 'local';
  readonly what: string;
  readonly kind: AdapterError['kind'];
  readonly code?: number;
  readonly stderr?: string;
  readonly saw?: string;
}

export const RECORDED: readonly RecordedFailure[] = [
  {
    backend: 'sftp',
    what: 'sshd is stopped',
    code: 1,
    stderr:
      'subprocess ssh: ssh: connect to host 127.0.0.1 port 22022: Connection refused\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: server unexpectedly closed connection: unexpected EOF"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is stopped, and the words of ssh came too late',
    code: 1,
    stderr:
      '{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: server unexpectedly closed connection: unexpected EOF"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is stopped, in other words',
    code: 1,
    stderr:
      'subprocess ssh: ssh: connect to host 127.0.0.1 port 22022: Connection refused\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: error reading packet length: 0 of 4: read |0: file already closed"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is stopped, in other words, without those of ssh',
    code: 1,
    stderr:
      '{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: error reading packet length: 0 of 4: read |0: file already closed"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is stopped before a backup',
    code: 1,
    stderr:
      'subprocess ssh: ssh: connect to host 127.0.0.1 port 22022: Connection refused\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: server unexpectedly closed connection: unexpected EOF"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'the name of the host is not resolved',
    code: 1,
    stderr:
      'subprocess ssh: ssh: Could not resolve hostname no-such.invalid: Name or service not known\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:/srv/repo: unable to start the sftp session, error: error receiving version packet from server: server unexpectedly closed connection: unexpected EOF"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is killed while a part is read',
    code: 1,
    stderr:
      'subprocess ssh: client_loop: send disconnect: Broken pipe\nLoad(<data/8b96785eca>, 3515507, 4706929) returned error, retrying after 966.0269ms: Open /srv/repo/data/8b/8b96785eca246d0bc88f4e4f8589971f07cda523167f6c38b42cfff662d4d3af: connection lost\nLoad(<data/8b96785eca>, 1224951, 0) returned error, retrying after 674.068329ms: connection lost\nLoad(<data/8b96785eca>, 1164230, 3542699) returned error, retrying after 1.193287101s: Open /srv/repo/data/8b/8b96785eca246d0bc88f4e4f8589971f07cda523167f6c38b42cfff662d4d3af: connection lost\nLoad(<data/8b96785eca>, 1224951, 0) failed: ssh command exited: exit status 255\n{"message_type":"exit_error","code":1,"message":"Fatal: cannot dump file: ReadFull(\\u003cdata/8b96785eca\\u003e): circuit breaker open for file \\u003cdata/8b96785eca\\u003e"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'sshd is killed while a part is stored',
    code: 1,
    stderr:
      'subprocess ssh: Connection to 127.0.0.1 closed by remote host.\nSave(<data/5a741eacb8>) failed: ssh command exited: exit status 255\nRemove(<lock/58fac074bc>) failed: ssh command exited: exit status 255\nerror while unlocking: ssh command exited: exit status 255\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to save snapshot: ssh command exited: exit status 255"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'sftp',
    what: 'there is no repository',
    code: 10,
    stderr:
      '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: Lstat /srv/none/config: file does not exist\\nIs there a repository at the following location?\\nsftp:box:/srv/none"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'sftp',
    what: 'there is no program ssh',
    code: 1,
    stderr:
      '{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at sftp:box:x: exec: \\"ssh\\": executable file not found in $PATH"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rest',
    what: 'the server is stopped',
    saw: 'Stat(<config/>) returned error, retrying after 831.893526ms: Head "http://:***@127.0.0.1:22080/repo/config": dial tcp 127.0.0.1:22080: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'the server is stopped while a part is stored',
    saw: 'Save(<data/468fa46e21>) returned error, retrying after 1.090659963s: Post "http://:***@127.0.0.1:22080/repo/data/468fa46e21cef97568064f68d74507d8e18b829bca8185f6e782b356adefae62": dial tcp 127.0.0.1:22080: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'the server is stopped while a part is read',
    saw: 'Load(<data/9c369e9d91>, 558711, 5413469) returned error, retrying after 946.011468ms: client.Do: Get "http://:***@127.0.0.1:22080/repo/data/9c369e9d91ebafedda9ad45d6e1403d55f4e86ee5779ad3594abf25cc6551660": dial tcp 127.0.0.1:22080: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'the name of the host is not resolved',
    saw: 'Stat(<config/>) returned error, retrying after 903.579592ms: Head "http://:***@no-such.invalid:1/repo/config": dial tcp: lookup no-such.invalid on 192.0.2.53:53: no such host',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'a proxy answers 500',
    saw: 'Stat(<config/>) returned error, retrying after 805.280433ms: unexpected HTTP response (500): 500 Internal Server Error',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'a proxy answers 502',
    saw: 'Stat(<config/>) returned error, retrying after 1.148269981s: unexpected HTTP response (502): 502 Bad Gateway',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'a proxy answers 503',
    saw: 'Stat(<config/>) returned error, retrying after 721.332138ms: unexpected HTTP response (503): 503 Service Unavailable',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'a proxy answers 504',
    saw: 'Stat(<config/>) returned error, retrying after 978.709266ms: unexpected HTTP response (504): 504 Gateway Timeout',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'a proxy answers 429',
    saw: 'Stat(<config/>) returned error, retrying after 988.685825ms: unexpected HTTP response (429): 429 Too Many Requests',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'connections are closed at once',
    saw: 'Stat(<config/>) returned error, retrying after 1.05095592s: Head "http://:***@127.0.0.1:22082/config": read tcp 127.0.0.1:44822->127.0.0.1:22082: read: connection reset by peer',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'connections are closed at once, with TLS',
    saw: 'Stat(<config/>) returned error, retrying after 1.393896147s: Head "https://:***@127.0.0.1:22082/config": EOF',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rest',
    what: 'no login',
    code: 1,
    stderr:
      'Stat(<config/>) failed: unexpected HTTP response (401): 401 Unauthorized\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open config file: unexpected HTTP response (401): 401 Unauthorized\\nrest:http://127.0.0.1:22080/repo/"}',
    kind: 'CredentialsRejected',
  },
  {
    backend: 'rest',
    what: '403',
    code: 1,
    stderr:
      'Stat(<config/>) failed: unexpected HTTP response (403): 403 Forbidden\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open config file: unexpected HTTP response (403): 403 Forbidden\\nrest:http://127.0.0.1:22081/403/"}',
    kind: 'CredentialsRejected',
  },
  {
    backend: 'rest',
    what: 'https of a server that speaks http',
    saw: 'Stat(<config/>) returned error, retrying after 1.403920491s: Head "https://:***@127.0.0.1:22080/repo/config": http: server gave HTTP response to HTTPS client',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rest',
    what: 'a scheme that is none',
    saw: 'Stat(<config/>) returned error, retrying after 1.141964698s: Head "ftp://:***@x/config": unsupported protocol scheme "ftp"',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rest',
    what: 'there is no repository',
    code: 10,
    stderr:
      '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: \\u003cconfig/\\u003e does not exist\\nIs there a repository at the following location?\\nrest:http://127.0.0.1:22080/none/"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 's3',
    what: 'the server is stopped',
    saw: 'Stat(<config/>) returned error, retrying after 696.83942ms: Stat: Get "http://127.0.0.1:22084/bucket/?location=": dial tcp 127.0.0.1:22084: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 's3',
    what: 'the server is stopped while a part is stored',
    saw: 'Save(<data/5b4414a322>) returned error, retrying after 1.02035954s: client.PutObject: Put "http://127.0.0.1:22084/bucket/repo/data/5b/5b4414a322103d03defcbaf0746355dfe59234839930fd53d81e8620288cf4bc": dial tcp 127.0.0.1:22084: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 's3',
    what: 'the server is stopped while a part is read',
    saw: 'Load(<data/03813c34d0>, 683451, 8415746) returned error, retrying after 1.053405781s: Get "http://127.0.0.1:22084/bucket/repo/data/03/03813c34d044b186f27880be03cf6ce7448b8dab082a029bf2fe54e87fbaf2f7": dial tcp 127.0.0.1:22084: connect: connection refused',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 's3',
    what: 'connections are closed at once',
    saw: 'Stat(<config/>) returned error, retrying after 523.017917ms: Stat: Get "http://127.0.0.1:22082/bucket/?location=": Connection closed by foreign host http://127.0.0.1:22082/bucket/?location=. Retry again.',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 's3',
    what: 'a wrong secret key',
    saw: 'Stat(<config/>) returned error, retrying after 527.133599ms: Stat: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    kind: 'CredentialsRejected',
  },
  {
    backend: 's3',
    what: 'an unknown access key',
    saw: 'Stat(<config/>) returned error, retrying after 753.524853ms: Stat: No user exists with the provided access key ID.',
    kind: 'CredentialsRejected',
  },
  {
    backend: 's3',
    what: 'there is no bucket',
    saw: 'Stat(<config/>) returned error, retrying after 868.808801ms: Stat: The specified bucket does not exist.',
    kind: 'PreconditionFailed',
  },
  {
    backend: 's3',
    what: 'there is no repository',
    code: 10,
    stderr:
      '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: Stat: The specified key does not exist.\\nIs there a repository at the following location?\\ns3:http://127.0.0.1:22084/bucket/none"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 's3',
    what: 'a URL without a bucket',
    saw: 'Stat(<config/>) returned error, retrying after 1.085007846s: client.GetObject: Bucket name cannot be empty',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rclone',
    what: 'its SFTP remote is stopped',
    code: 1,
    stderr:
      'rclone: 2026/11/29 15:17:12 Failed to create file system for "box:/srv/rrepo": NewFs: couldn\'t connect SSH: dial tcp 127.0.0.1:22022: connect: connection refused\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at rclone:box:/srv/rrepo: error talking HTTP to rclone: exit status 1"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rclone',
    what: 'its WebDAV remote is stopped',
    code: 1,
    stderr:
      'rclone: 2026/11/29 15:17:17 Failed to create file system for "dav:repo": read metadata failed: Propfind "http://127.0.0.1:22085/repo": dial tcp 127.0.0.1:22085: connect: connection refused\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at rclone:dav:repo: error talking HTTP to rclone: exit status 1"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'rclone',
    what: 'an unknown remote',
    code: 1,
    stderr:
      'rclone: 2026/11/29 15:16:35 Failed to create file system for "nosuch:x": didn\'t find section in config file\n{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at rclone:nosuch:x: error talking HTTP to rclone: exit status 1"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rclone',
    what: 'there is no program rclone',
    code: 1,
    stderr:
      '{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at rclone:box:x: exec: \\"rclone\\": executable file not found in $PATH"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'rclone',
    what: 'there is no repository',
    code: 10,
    stderr:
      '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: \\u003cconfig/\\u003e does not exist\\nIs there a repository at the following location?\\nrclone:box:/srv/nowhere"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'gs',
    what: 'the name of the host is not resolved',
    saw: 'Stat(<config/>) returned error, retrying after 1.41604723s: Get "https://storage.googleapis.com/storage/v1/b/bucket/o/config?alt=json&prettyPrint=false&projection=full": dial tcp: lookup storage.googleapis.com on 192.0.2.53:53: no such host',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'swift',
    what: 'the server is stopped',
    code: 1,
    stderr:
      '{"message_type":"exit_error","code":1,"message":"Fatal: unable to open repository at swift:c:/: conn.Authenticate: Post \\"http://127.0.0.1:22083/v3/auth/tokens\\": dial tcp 127.0.0.1:22083: connect: connection refused"}',
    kind: 'ServiceUnavailable',
  },
  {
    backend: 'local',
    what: 'there is no repository, or its disk is not mounted',
    code: 10,
    stderr:
      '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: stat /srv/mnt/repo/config: no such file or directory\\nIs there a repository at the following location?\\n/srv/mnt/repo"}',
    kind: 'PreconditionFailed',
  },
  {
    backend: 'sftp',
    what: 'sshd is killed while a part is stored: restic has given up',
    saw: 'Save(<data/5a741eacb8>) failed: ssh command exited: exit status 255',
    kind: 'ServiceUnavailable',
  },
];
