// Live clients for as many restarts as there may be. Each keeps a connection and asks on it again
// and again; when it breaks or is refused, it connects anew. On SIGTERM prints how many different
// instances (PIDs) answered, how many answers there were and how often a connection was lost.
// usage: node clients.js PORT COUNT
'use strict';
const net = require('net');
const [port, count] = process.argv.slice(2).map(Number);
const PAUSE_MS = 5;

const instances = new Set();
let answers = 0;
let lost = 0;

function connect() {
  const socket = net.connect(port, '127.0.0.1');
  let connected = false;
  const ask = () => socket.write('GET / HTTP/1.1\r\nHost: t\r\n\r\n');
  socket.on('connect', () => {
    connected = true;
    ask();
  });
  socket.on('data', (data) => {
    const pid = /\r\n\r\n(\d+)\n/.exec(data);
    if (pid) {
      instances.add(pid[1]);
      answers++;
    }
    setTimeout(ask, PAUSE_MS);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (connected) lost++;
    setTimeout(connect, PAUSE_MS);
  });
}

for (let client = 0; client < count; client++) connect();
process.on('SIGTERM', () => {
  console.log(`${instances.size} instances ${answers} answers ${lost} lost`);
  process.exit(0);
});
