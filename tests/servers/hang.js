// Hangs in shutdown: on SIGTERM it first waits for its clients, and only then closes its listener.
// One client in the middle of a request keeps the port held for as long as it likes.
// usage: node hang.js PORT
'use strict';
const http = require('http');

const clients = new Set();
const server = http.createServer((request, response) => response.end(`${process.pid}\n`));
server.on('connection', (client) => {
  clients.add(client);
  client.on('close', () => clients.delete(client));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => {
  console.log('asked to end');
  setInterval(() => {
    if (clients.size === 0) server.close(() => process.exit(0));
  }, 10);
});
