# An asyncio server that does without SO_REUSEADDR, which asyncio would set by itself. It closes
# each connection first, so that every answer leaves a TIME_WAIT on its port.
# usage: python3 asyncio_server.py PORT
import asyncio
import os
import sys


async def answer(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%d\n" % os.getpid())
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(
        answer, "127.0.0.1", int(sys.argv[1]), reuse_address=False
    )
    await server.serve_forever()


asyncio.run(main())
