// Listens on 127.0.0.1 and on ::1, and says "both" only when it has them.
// usage: node two_addresses.js PORT
'use strict';
const http = require('http');

const listening = ['127.0.0.1', '::1'].map(
  (host) =>
    new Promise((resolve) => {
      http
        .createServer((request, response) => response.end(`${process.pid}\n`))
        .listen(Number(process.argv[2]), host, resolve);
    })
);
Promise.all(listening).then(() => console.log('both'));
