// Opens a store as the sidecar does, its schema brought up to date, and closes it: node open-store.mjs <file>. For tests that kill it meanwhile.
import { closeDatabase, openDatabase } from '../../dist/store/sqlite/open-database.js';

closeDatabase(openDatabase(process.argv[2]));
