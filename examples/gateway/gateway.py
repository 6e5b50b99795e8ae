# A gateway that is slow to die: asked to end, it first waits for every client to finish.
# usage: python3 gateway.py PORT
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"gateway %d\n" % os.getpid()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def end_when_idle():
    here = threading.current_thread()
    for thread in threading.enumerate():
        if thread not in (here, threading.main_thread()):
            thread.join()
    os._exit(0)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=end_when_idle).start())
server.serve_forever()
