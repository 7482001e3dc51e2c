/** Stacks, hosts and entries: safe as a file name, a tag of the repository, a task queue and a workflow's id. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const NAME_RULE =
  'must be 1 to 63 lower-case letters, digits, `.`, `_` or `-`, and begin with a letter or a digit';
