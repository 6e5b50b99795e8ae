// A gateway that gives itself a title longer than the 15 characters that the kernel keeps, before
// it listens. Node writes the title over its arguments: /proc/PID/cmdline shows them no more.
// usage: node title.js PORT
'use strict';
process.title = 'openclaw-gateway';
require('./http.js');
