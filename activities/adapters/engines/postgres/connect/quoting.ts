import { escapeIdentifier, escapeLiteral } from 'pg';

/** A name of any characters as an SQL identifier. */
export const identifier = escapeIdentifier;

/** Any text as an SQL string. Needs `standard_conforming_strings`, on since PostgreSQL 9.1. */
export const literal = escapeLiteral;

/**
 * libpq's keyword/value connection string. As `--dbname` it keeps a database's name from being read as a connection
 * string of its own (`x host=elsewhere`).
 * Source: PostgreSQL manual, 34.1.1.1: single quotes and backslashes in a quoted value are escaped by a backslash.
 */
export function connectionString(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([keyword, value]) => `${keyword}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}
