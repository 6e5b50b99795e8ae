// Ends politely: on SIGTERM it closes its listener and waits for its clients, as the Node manual
// shows. One client in the middle of a request keeps it alive for as long as it likes.
// usage: node drain.js PORT
'use strict';
const http = require('http');

const server = http.createServer((request, response) => response.end(`${process.pid}\n`));
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => {
  console.log('asked to end');
  server.close(() => process.exit(0));
});
