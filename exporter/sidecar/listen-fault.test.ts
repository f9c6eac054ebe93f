import { describe, expect, it } from '@jest/globals';
import { listenFault } from './listen-fault.js';

describe('why an address cannot be listened on', () => {
  it.each([
    [
      ['127.0.0.1', 9810, 'EADDRINUSE'],
      '127.0.0.1:9810 is in use: another program listens there, perhaps another modelwatch. --port or server.port names another port.',
    ],
    [['::1', 80, 'EACCES'], '[::1]:80 may not be listened on by this user: --port or server.port names another port.'],
    [['192.0.2.1', 9810, 'EADDRNOTAVAIL'], '192.0.2.1 is no address of this machine: --host or server.host names another one.'],
    [['nowhere', 9810, 'ENOTFOUND'], 'nowhere is no address of this machine: --host or server.host names another one.'],
    [['127.0.0.1', 9810, 'EMFILE'], '127.0.0.1:9810 cannot be listened on (EMFILE).'],
    [['127.0.0.1', 9810, undefined], '127.0.0.1:9810 cannot be listened on (unknown).'],
  ] as const)('%j', ([host, port, code], sentence) => {
    expect(listenFault(host, port, code)).toBe(sentence);
  });
});
