import { schemaRevision } from '../../../workflows/release/schema-revision';

describe('the revision of a schema', () => {
  it.each([
    ['0002 (head)', '0002'],
    ['ae1027a6acf (head) (mergepoint)', 'ae1027a6acf'],
    ['1975ea83b712 (effective head)', '1975ea83b712'],
    ['0001', '0001'],
    ['20261128083000', '20261128083000'],
    ['V7 of app', 'V7 of app'],
  ])("is what can be gone back to, without Alembic's remarks: %s", (lastLine, revision) => {
    expect(schemaRevision(lastLine)).toBe(revision);
  });

  it('is unknown when nothing was printed', () => {
    expect(schemaRevision('')).toBeUndefined();
  });
});
