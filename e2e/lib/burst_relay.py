# SPDX-License-Identifier: Apache-2.0
"""Stands between the operator and a real API server and lets a watch's events through at an exact rate.

A real API server on the bench's machine changes a hundred or two Pods a second, no more. So its events are held back as they come,
and are let go at the rate that is asked for, as it sent them but for two things: another value in the label that was changed, so that
they are news as often as they are let go, and a later version. All else passes as it is.
"""
import asyncio
import json
import re
import ssl
import threading
import time

CHANGED = re.compile(rb'("example\.com/change":")([^"]*)(")')
VERSION = re.compile(rb'("resourceVersion":")(\d+)(")')
HEAD_LIMIT = 64 << 10


class Relay:
    """`server` is the API server, `tls` how to speak to it. Runs in a thread of its own."""

    def __init__(self, state):
        settings = dict(line.split("=", 1) for line in (state / "env").read_text().splitlines())
        self.host, port = settings["API_SERVER"].strip("'").removeprefix("https://").split(":")
        self.port = int(port)
        self.tls = ssl.create_default_context(cafile=state / "pki" / "ca.crt")
        self.tls.load_cert_chain(state / "pki" / "admin.crt", state / "pki" / "admin.key")
        self.held = []
        self.holding = False
        # How many times what is held was let go.
        self.turns = 0
        self.watches = set()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)
        self.kubeconfig = state / "relay.kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "relay",
            "contexts": [{"name": "relay", "context": {"cluster": "relay", "user": "relay"}}],
            "clusters": [{"name": "relay", "cluster": {"server": f"http://127.0.0.1:{self.listens}"}}],
            "users": [{"name": "relay", "user": {"token": "of-no-use"}}]}))

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)

        async def start():
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
            self.listens = server.sockets[0].getsockname()[1]
            ready.set()
        self.loop.run_until_complete(start())
        self.loop.run_forever()
        # What began while the end was on its way.
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    def close(self):
        """After the operator's end: what it still had open ends with it."""
        async def end():
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    # What the bench asks for

    def hold(self):
        self.held, self.holding, self.turns = [], True, 0

    def release(self, rate):
        """Lets all that was held go, `rate` of them a second; returns the rate that it came to, and the seconds."""
        self.turns += 1
        # Later than the bookmarks that passed meanwhile: what is behind them would be a step back.
        ahead = self.turns * 100_000_000
        lines = [VERSION.sub(lambda found: b"%s%d%s" % (found[1], int(found[2]) + ahead, found[3]),
                             CHANGED.sub(rb"\g<1>\g<2>-%d\g<3>" % self.turns, line), count=1) for line in self.held]
        return asyncio.run_coroutine_threadsafe(self._release(lines, rate), self.loop).result()

    async def _release(self, lines, rate):
        # A watch ends now and then, and the next one begins.
        for _ in range(300):
            if len(self.watches) == 1:
                break
            await asyncio.sleep(0.1)
        else:
            raise RuntimeError(f"{len(self.watches)} watches of Pods, not one")
        writer = next(iter(self.watches))
        begin, sent = time.monotonic(), 0
        while sent < len(lines):
            due = min(len(lines), int((time.monotonic() - begin) * rate) + 1)
            for line in lines[sent:due]:
                writer.write(chunk(line))
            sent = due
            await writer.drain()
            await asyncio.sleep(0.001)
        seconds = time.monotonic() - begin
        return len(lines) / seconds, seconds

    # What passes

    async def _serve(self, reader, writer):
        upstream = None
        try:
            upstream = await asyncio.open_connection(self.host, self.port, ssl=self.tls, limit=HEAD_LIMIT)
            while True:
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except asyncio.IncompleteReadError:
                    return
                first, *fields = head.split(b"\r\n")
                kept = [field for field in fields if not field.lower().startswith((b"authorization:", b"accept-encoding:"))]
                upstream[1].write(b"\r\n".join([first, *kept]))
                await copy_body(head, reader, upstream[1])
                answer = await upstream[0].readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()
                if re.match(rb"GET /api/v1/pods\?\S*watch=(true|1)", first) and b" 200 " in answer.split(b"\r\n")[0]:
                    # The client says no more on this connection: it reads until one of both sides has had enough.
                    sides = [asyncio.ensure_future(self._watch(upstream[0], writer)), asyncio.ensure_future(reader.read())]
                    await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
                    for side in sides:
                        side.cancel()
                    await asyncio.gather(*sides, return_exceptions=True)
                    return
                await copy_body(answer, upstream[0], writer)
                if b"connection: close" in answer.lower():
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            if upstream:
                upstream[1].close()

    async def _watch(self, reader, writer):
        self.watches.add(writer)
        rest = b""
        try:
            while (size := int(await reader.readuntil(b"\r\n"), 16)):
                rest += (await reader.readexactly(size + 2))[:-2]
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    # Bookmarks pass, as signs of life; that they are ahead of what is held harms nobody while the watch stands.
                    # Behind what was let go they would be a step back.
                    if b'"type":"BOOKMARK"' in line[:40]:
                        if not self.turns:
                            writer.write(chunk(line))
                    elif self.holding:
                        self.held.append(line)
                    else:
                        writer.write(chunk(line))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        finally:
            self.watches.discard(writer)


def chunk(line):
    return b"%x\r\n%s\n\r\n" % (len(line) + 1, line)


async def copy_body(head, reader, writer):
    """A body by its length, or chunk by chunk; none where the head says nothing of one."""
    lower = head.lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)", lower)
    if length:
        left = int(length[1])
        while left:
            data = await reader.read(min(left, 64 << 10))
            if not data:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(data)
            writer.write(data)
            await writer.drain()
    elif b"\r\ntransfer-encoding: chunked" in lower:
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            writer.write(line + await reader.readexactly(size + 2))
            await writer.drain()
            if size == 0:
                break
    await writer.drain()
