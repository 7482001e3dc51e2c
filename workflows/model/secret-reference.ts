/** Where a secret is to be read, by the activity that needs it, on the host. */
export type SecretReference =
  /** Environment of the worker, then the Compose project's `.env`. */
  | { readonly env: string }
  /** A file on the host; one trailing line break is not part of the secret. */
  | { readonly file: string }
  /** Standard output of a program run without a shell; one trailing line break is not part of the secret. */
  | { readonly command: readonly string[] };
