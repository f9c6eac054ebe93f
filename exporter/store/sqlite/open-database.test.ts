import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { isStoreOpenError } from '../open-error.js';
import { assertDurable, closeDatabase, openDatabase } from './open-database.js';
import { SCHEMA_VERSION } from './schema.js';

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-database-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});
const pathOf = (name: string) => path.join(directory, name);

const pragma = (db: DatabaseSyncInstance, name: string): unknown =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[0];

const codeOf = (file: string): string => {
  try {
    closeDatabase(openDatabase(file));
    return 'opened';
  } catch (fault) {
    return isStoreOpenError(fault) ? fault.code : String(fault);
  }
};

describe('the file of the store', () => {
  it('waits for the disk at each commit, after writes and when opened again', () => {
    const file = pathOf('durable');
    for (const round of [1, 2, 3]) {
      const db = openDatabase(file);
      for (const write of [1, 2]) {
        db.exec('BEGIN IMMEDIATE');
        db.prepare('INSERT INTO model (name, tally) VALUES (?, ?)').run(`m-${round}-${write}`, '{}');
        db.exec('COMMIT');
        expect([pragma(db, 'synchronous'), pragma(db, 'journal_mode'), pragma(db, 'fullfsync')]).toEqual([2, 'wal', 1]);
      }
      expect(pragma(db, 'user_version')).toBe(SCHEMA_VERSION);
      closeDatabase(db);
    }
  });

  it('is refused where a commit would not wait', () => {
    const db = new DatabaseSync(pathOf('normal'));
    db.exec('PRAGMA synchronous = NORMAL');
    expect(() => {
      assertDurable(db);
    }).toThrow('the store must be opened with synchronous=FULL (2), got 1');
    db.close();
  });

  it('belongs to its owner alone', () => {
    const file = pathOf('private');
    const db = openDatabase(file);
    expect(['', '-wal'].map((suffix) => fs.statSync(file + suffix).mode & 0o777)).toEqual([0o600, 0o600]);
    closeDatabase(db);
    expect(fs.existsSync(`${file}-wal`)).toBe(false);
  });

  it('is refused untouched where it is of a later release, of another program, or no database', () => {
    const make = (name: string, ...statements: readonly string[]) => {
      const db = new DatabaseSync(pathOf(name));
      for (const statement of statements) db.exec(statement);
      db.close();
    };
    make('later', 'PRAGMA application_id = 1297568596', 'CREATE TABLE model (key INTEGER PRIMARY KEY)', 'PRAGMA user_version = 99');
    make('other', 'CREATE TABLE customer (name TEXT)');
    make('other-header', 'PRAGMA application_id = 7');
    fs.writeFileSync(pathOf('text'), 'name,value\n'.repeat(200));
    const names = ['later', 'other', 'other-header', 'text'];
    const contents = () => names.map((name) => fs.readFileSync(pathOf(name)).toString('latin1'));
    const before = contents();
    expect(names.map((name) => codeOf(pathOf(name)))).toEqual(['newer_schema', 'not_a_store', 'not_a_store', 'not_a_store']);
    expect(contents()).toEqual(before);
    expect([codeOf(pathOf('none/x')), codeOf(directory)]).toEqual(['path_unusable', 'path_unusable']);
  });

  it('is made anew where a crash left an empty file', () => {
    fs.writeFileSync(pathOf('empty'), '');
    expect(codeOf(pathOf('empty'))).toBe('opened');
  });
});
