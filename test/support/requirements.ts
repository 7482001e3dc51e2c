/** What a suite may need that a machine may lack. */
export type Requirement =
  | 'postgres'
  | 'restic'
  | 'temporal'
  | 'compose'
  | 'docker'
  | 'ferretdb'
  | 'faketime'
  | 'chromium'
  | 'sqlite';

/** Why a requirement cannot be met here; what is absent from it is there. */
export type Lacks = Partial<Record<Requirement, string>>;

/** Written by the global setup, which looks once for all suites. */
export const LACKS_VARIABLE = 'PAWL_TEST_LACKS';

/**
 * `describe`, skipped when this machine lacks something the suite needs, unless PAWL_REQUIRE_ALL is set. The title of
 * a skipped suite says what it needs: the closing lines of `npm test` are read from it.
 */
export function describeWith(
  requirements: readonly Requirement[],
  title: string,
  body: () => void,
): void {
  const lacks = JSON.parse(process.env[LACKS_VARIABLE] ?? '{}') as Lacks;
  const lacking = requirements.filter((requirement) => lacks[requirement] !== undefined);
  if (lacking.length === 0 || process.env['PAWL_REQUIRE_ALL']) describe(title, body);
  else describe.skip(`${title} (needs ${lacking.join(', ')})`, body);
}
