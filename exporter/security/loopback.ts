import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address, as sockets tell it, is one of loopback. IPv4 within IPv6 is taken for what it is. */
export function isLoopbackAddress(address: string | undefined): boolean {
  const plain = address?.startsWith('::ffff:') === true ? address.slice('::ffff:'.length) : (address ?? '');
  const version = isIP(plain);
  return version !== 0 && loopback.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a host to listen on, or one of a URL, stands for loopback alone. Another name than `localhost` may resolve to anything. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host.replace(/^\[(.*)\]$/, '$1'));
}
