// A primary and two workers. With NODE_CLUSTER_SCHED_POLICY=rr only the primary holds the
// listening socket; with =none every worker has it as well, and it is the workers who listen.
// Answers "PRIMARY WORKER".
// usage: node cluster.js PORT
'use strict';
const cluster = require('cluster');
const http = require('http');

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
} else {
  http
    .createServer((request, response) => response.end(`${process.ppid} ${process.pid}\n`))
    .listen(Number(process.argv[2]), '127.0.0.1');
}
