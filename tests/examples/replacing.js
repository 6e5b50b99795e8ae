// A gateway after OpenClaw's, in what matters here: it shows a title instead of its command line,
// listens on both loopback addresses, goes on listening while it drains for ever (its issue 140821),
// and when told by SIGUSR1 to update starts its own replacement, detached, and exits (17125, 75115).
// Given a LOCK, a file with the PID of the one instance, it asks that before it binds.
// usage: node replacing.js PORT [LOCK]
'use strict';
const fs = require('fs');
const http = require('http');
const { spawn } = require('child_process');

const lock_patience_ms = 300;
const [port, lock] = [Number(process.argv[2]), process.argv[3]];
const command = [process.execPath, ...process.argv.slice(1)];
process.title = 'openclaw-gateway';

function lockOwner() {
  try {
    const owner = Number(fs.readFileSync(lock, 'utf8'));
    process.kill(owner, 0);
    return owner;
  } catch {
    return 0;
  }
}

function takeLock(end) {
  const owner = lockOwner();
  if (!owner) {
    fs.writeFileSync(lock, String(process.pid));
    serve();
  } else if (Date.now() < end) {
    setTimeout(takeLock, 20, end);
  } else {
    console.error(`gateway already running (pid ${owner})`);
    process.exit(1);
  }
}

function serve() {
  const servers = ['127.0.0.1', '::1'].map((address) =>
    http.createServer((request, response) => response.end(`gateway ${process.pid}\n`)).listen(port, address));
  process.on('SIGTERM', () => console.error('draining'));
  process.on('SIGUSR1', () => {
    if (lock) fs.unlinkSync(lock);
    for (const server of servers) server.close();
    spawn(command[0], command.slice(1), { detached: true, stdio: 'inherit' }).unref();
    process.exit(0);
  });
}

if (lock) takeLock(Date.now() + lock_patience_ms);
else serve();
