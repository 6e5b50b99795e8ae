// A gateway that is slow to die: asked to end, it first waits for every client to finish.
// usage: node gateway.js PORT
'use strict';
const http = require('http');

const clients = new Set();
let ending = false;

function endWhenIdle() {
  if (ending && clients.size === 0) process.exit(0);
}

const server = http.createServer((request, response) => {
  response.end(`gateway ${process.pid}\n`);
});
server.on('connection', (client) => {
  clients.add(client);
  client.on('close', () => {
    clients.delete(client);
    endWhenIdle();
  });
});
process.on('SIGTERM', () => {
  ending = true;
  endWhenIdle();
});
server.listen(Number(process.argv[2]), '127.0.0.1');
