// A plain Node server that answers with its process id, and ends on SIGTERM as Node does by itself.
// usage: node http.js PORT [HOST]
'use strict';
const http = require('http');
const [port, host = '127.0.0.1'] = process.argv.slice(2);

http
  .createServer((request, response) => response.end(`${process.pid}\n`))
  .listen(Number(port), host);
