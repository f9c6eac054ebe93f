/** What is kept of one request: as it is kept, so it is told. */
export type { ApiSample as Sample } from '@modelwatch/core';
