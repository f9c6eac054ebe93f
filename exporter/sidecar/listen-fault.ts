/** Why an address cannot be listened on, and what to do, by the code that the system gave. */
export function listenFault(host: string, port: number, code: string | undefined): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use: another program listens there, perhaps another modelwatch. --port or server.port names another port.`;
    case 'EACCES':
      return `${address} may not be listened on by this user: --port or server.port names another port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: --host or server.host names another one.`;
    default:
      return `${address} cannot be listened on (${code ?? 'unknown'}).`;
  }
}
