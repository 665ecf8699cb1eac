"""Puts TLS onto, or takes it off, a conversation with PostgreSQL.

    tls.py off PORT CERTIFICATE KEY   clients speak TLS to us; we speak plainly to PORT
    tls.py on PORT                    clients speak plainly to us; we speak TLS to PORT, whose certificate is not checked

Prints the port that it listens on. Both halves follow PostgreSQL's protocol: TLS begins after an SSLRequest was answered
with `S`. Ends when its standard input does.
"""

import asyncio
import ssl
import struct
import sys

SSL_REQUEST = struct.pack("!II", 8, 80877103)


async def relay(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        # What was said last must arrive: errors that end a session are.
        writer.close()
    except (ConnectionError, ssl.SSLError):
        writer.transport.abort()


async def serve(mode, port, certificate):
    async def client(reader, writer):
        try:
            if mode == "off":
                await reader.readexactly(8)
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(certificate)
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
            if mode == "on":
                upstream_writer.write(SSL_REQUEST)
                await upstream_reader.readexactly(1)
                trusting = ssl.create_default_context()
                trusting.check_hostname = False
                trusting.verify_mode = ssl.CERT_NONE
                await upstream_writer.start_tls(trusting)
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
            return
        await asyncio.gather(relay(reader, upstream_writer), relay(upstream_reader, writer))

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main():
    mode, port = sys.argv[1], int(sys.argv[2])
    certificate = None
    if mode == "off":
        certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.load_cert_chain(sys.argv[3], sys.argv[4])
    asyncio.run(serve(mode, port, certificate))


main()
