"""A master whose workers each bind the port for themselves (SO_REUSEPORT), as gunicorn's reuse_port and
other servers have it; a worker that ends is started anew.

    prefork.py PORT WORKERS [spawn | groups | deaf]

With spawn a worker has another command line than its master, which names no script: so does
multiprocessing. With groups each has a process group of its own. With deaf SIGTERM
ends none of them. On SIGUSR1 a worker calls listen() again.
"""

import os
import signal
import socket
import sys


def say(line):
    os.write(1, (line + "\n").encode())


def on_term(number, frame):
    say(f"signal SIGTERM {os.getpid()}")
    if sys.argv[3:] != ["deaf"]:
        os._exit(0)


def work(port):
    signal.signal(signal.SIGTERM, on_term)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    signal.signal(signal.SIGUSR1, lambda number, frame: say(f"again {listener.listen(32)}"))
    say(f"worker {os.getpid()}")
    while True:
        client, _ = listener.accept()
        client.sendall(f"{os.getpid()}\n".encode())
        client.close()


def start_worker(port):
    pid = os.fork()
    if pid == 0 and sys.argv[3:] == ["spawn"]:
        code = "import sys; sys.path.insert(0, sys.argv[1]); import prefork; prefork.work(int(sys.argv[2]))"
        os.execv(sys.executable, ["python3", "-B", "-c", code, os.path.dirname(__file__), str(port)])
    if pid == 0:
        if sys.argv[3:] == ["groups"]:
            os.setpgid(0, 0)
        work(port)
    return pid


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    workers = {start_worker(port) for _ in range(count)}

    def end(number, frame):
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        say("master ended")
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        pid, _ = os.wait()
        workers.discard(pid)
        workers.add(start_worker(port))


if __name__ == "__main__":
    main()
