import { RestoreErrors } from '../../../activities/adapters/engines/postgres/restore/restore-errors';

const read = (text: string): RestoreErrors => {
  const errors = new RestoreErrors();
  for (const line of text.split('\n')) errors.add(line);
  return errors;
};

describe('what pg_restore prints', () => {
  it('is known by entry, with the detail of the server, as versions 12 to 18 print it', () => {
    const { failures } = read(`pg_restore: creating INDEX "public.error_index"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3343; 1259 16395 INDEX i postgres
pg_restore: error: could not execute query: ERROR:  could not create unique index "i"
DETAIL:  Key (id)=(1) is duplicated.
Command was: CREATE UNIQUE INDEX i ON public.t USING btree (id);


pg_restore: error: could not execute query: ERROR:  relation "i" does not exist
Command was: ALTER INDEX i OWNER TO x;

pg_restore: from TOC entry 3344; 0 16400 TABLE DATA t postgres
pg_restore: error: COPY failed for table "t": ERROR:  new row for relation "t" violates check constraint "c"
DETAIL:  Failing row contains (1).
CONTEXT:  COPY t, line 1: "1"
pg_restore: warning: errors ignored on restore: 3`);
    expect([...(failures ?? [])]).toEqual([
      [3343, 'could not create unique index "i" (DETAIL: Key (id)=(1) is duplicated.)'],
      [
        3344,
        'new row for relation "t" violates check constraint "c" (DETAIL: Failing row contains (1).)',
      ],
    ]);
  });

  it('is known as version 11 prints it', () => {
    const { failures } = read(`pg_restore: [archiver (db)] Error while PROCESSING TOC:
pg_restore: [archiver (db)] Error from TOC entry 7; 1259 16395 INDEX i postgres
pg_restore: [archiver (db)] could not execute query: ERROR:  no such thing
    Command was: CREATE INDEX i ON public.t USING btree (id);

WARNING: errors ignored on restore: 1`);
    expect([...(failures ?? [])]).toEqual([[7, 'no such thing']]);
  });

  it('tells nothing of its entries when it broke off, and why it did', () => {
    const errors = read(`pg_restore: from TOC entry 7; 1259 16395 INDEX i postgres
pg_restore: error: could not execute query: ERROR:  no such thing
Command was: CREATE INDEX i ON public.t USING btree (id);
pg_restore: creating INDEX "public.error_index"
pg_restore: error: could not read from input file: end of file`);
    expect(errors.failures).toBeUndefined();
    expect(errors.tail).toMatch(/end of file$/);
    expect(errors.tail).not.toContain('error_index');
  });
});
