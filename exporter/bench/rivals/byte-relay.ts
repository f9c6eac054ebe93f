import { connect, createServer, type AddressInfo } from 'node:net';

// Bytes from socket to socket, read by nobody: the least that standing in between costs in Node.js.
const { hostname, port } = new URL(process.argv[2]!);

const server = createServer((client) => {
  const upstream = connect(Number(port), hostname);
  client.setNoDelay();
  upstream.setNoDelay();
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const { port: own } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${own}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
