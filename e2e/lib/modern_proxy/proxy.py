"""The proxy itself: one task a client connection, and a control port."""
import asyncio
import json
import re
import time

from . import adapter, faults, streams, wire

KILL_PAUSE = 0.01


class Client:
    """One connection of a client; what it sends while an answer is under way is kept for the next request."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.pushed = reader, writer, b""

    async def request(self):
        pushed, self.pushed = self.pushed, b""
        message = await wire.read_head(self.reader, pushed)
        if message is not None:
            message.body = await wire.read_body(self.reader, message)
        return message

    async def gone(self):
        """Returns when the client has closed its end."""
        if not self.pushed:
            self.pushed = await self.reader.read(1)
        if self.pushed:
            await asyncio.Event().wait()

    async def unless_gone(self, work):
        """Does the work, but stops when the client goes away."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self.gone())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not tasks[0].done():
                raise ConnectionResetError("the client went away")
            return tasks[0].result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def head(self, message, extra):
        return wire.head(f"HTTP/1.1 {message.first} {message.second}", [*message.passed_on(), *extra])

    async def answer(self, message, rule=None):
        """Writes a whole answer; slowly or half of it if the rule says so."""
        data = self.head(message, [("Content-Length", str(len(message.body)))])
        body = message.body
        if rule and rule.fault == "truncate":
            self.writer.write(data + body[:len(body) // 2])
            await self.writer.drain()
            raise streams.Cut
        if rule and rule.fault == "slow":
            # A long list at one byte a write would take minutes; its first 16 KiB show the same.
            self.writer.write(data)
            for position in range(min(len(body), 16 << 10)):
                self.writer.write(body[position:position + 1])
                await self.writer.drain()
                await asyncio.sleep(0)
            body, data = body[16 << 10:], b""
        self.writer.write(data + body)
        await self.writer.drain()

    async def chunk(self, data):
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self.writer.drain()
        # One-byte chunks leave as packets of their own.
        await asyncio.sleep(0)


class Proxy:
    def __init__(self, upstream, engine, name, adapts):
        self.upstream, self.faults, self.name, self.adapts = upstream, engine, name, adapts
        # (path, version) of lists that were made old: when a watch from there may open.
        self.stale = {}

    async def serve(self, reader, writer):
        client = Client(reader, writer)
        try:
            while (message := await client.request()) is not None:
                try:
                    await self.handle(client, message)
                except (wire.WireError, OSError, asyncio.IncompleteReadError) as error:
                    if writer.is_closing() or isinstance(error, ConnectionResetError):
                        break
                    await client.answer(wire.status_answer(502, "BadGateway", f"the proxy cannot reach the API server: {error}"))
        except (streams.Cut, wire.WireError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client's end, a fault's, or the proxy's own
        finally:
            # A reset, not an orderly end: what a fault wants, and harmless after an orderly end.
            writer.transport.abort()

    async def handle(self, client, message):
        request = faults.Request(message.first, message.second)
        rule = self.faults.request(request)
        if rule and rule.fault == "status":
            self.faults.injected(rule, request)
            answer = wire.status_answer(rule["code"], rule["reason"] or "", "a fault of the proxy", rule["retryAfter"])
            return await client.answer(answer)
        if rule and rule.fault == "black-hole":
            self.faults.injected(rule, request)
            return await client.unless_gone(asyncio.Event().wait())
        if rule and rule.fault == "crash-before":
            self.crash(rule, request)
            raise streams.Cut
        if rule and rule.fault == "stale-list":
            message = self.aged(message, request, rule)
        if (discovered := adapter.discovery(request.path)) and self.adapts and message.first == "GET":
            return await client.answer(await self.discover(message, *discovered))
        if request.is_stream:
            return await client.unless_gone(self.stream(client, message, request, rule))
        # Not given up when the client goes away: a server would carry it out too.
        answer = await asyncio.shield(asyncio.ensure_future(self.exchange(message, request)))
        if rule and rule.fault == "duplicate":
            self.faults.injected(rule, request, first=int(answer.first))
            answer = await self.exchange(message, request)
        await self.finish(client, request, rule, answer)

    async def finish(self, client, request, rule, answer):
        fault = rule.fault if rule else None
        if fault == "crash-committed":
            self.crash(rule, request, code=int(answer.first))
            raise streams.Cut
        if fault in ("cut", "truncate", "slow", "late"):
            self.faults.injected(rule, request, code=int(answer.first))
        if fault == "cut":
            raise streams.Cut
        if fault == "late":
            await asyncio.sleep(rule["seconds"])
        try:
            await client.answer(answer, rule)
        except OSError:
            if fault == "crash-answered":
                rule.owed += 1
            raise
        if fault == "crash-answered":
            # The operator gets to read the answer, hardly more.
            await asyncio.sleep(KILL_PAUSE)
            self.crash(rule, request, code=int(answer.first))
            raise streams.Cut

    def crash(self, rule, request, **details):
        if self.faults.kill():
            self.faults.injected(rule, request, **details)
        else:
            rule.owed += 1

    # MARK: Towards the API server

    async def open(self, message, request, fresh):
        change = adapter.Adapter(message.second, request.plural) if self.adapts else adapter.Adapter("", "")
        sent = wire.Message(message.first, message.second, message.passed_on(), message.body)
        change.request(sent)
        target = change.target if self.adapts else message.second
        limit = self.faults.page_limit(request) if request.verb == "list" else None
        if limit:
            target = re.sub(r"([?&])limit=\d+", rf"\g<1>limit={limit}", target)
        agent = sent.header("user-agent")
        if self.name:
            sent.set("User-Agent", f"{agent} via-{self.name}")
        connection, response = await self.upstream.send(sent.first, target, sent.headers, sent.body, fresh)
        return change, connection, response

    async def exchange(self, message, request):
        """A request and its whole answer."""
        change, connection, response = await self.open(message, request, fresh=message.first != "GET")
        try:
            body = await wire.read_body(connection[0], response, until_close=True)
        except BaseException:
            connection[1].close()
            raise
        self.upstream.put_back(connection, response)
        response.body = change.answer(body)
        return response

    async def discover(self, message, paths, join):
        answers = []
        for path in paths:
            ask = wire.Message("GET", path, [("Accept", "application/json")])
            answer = await self.exchange(ask, faults.Request("GET", path))
            # A version that 1.20 does not have is made from the other one alone.
            answers.append(json.loads(answer.body) if answer.first == "200" else {})
        return wire.Message("200", "OK", [("Content-Type", "application/json")], json.dumps(join(answers)).encode())

    async def stream(self, client, message, request, rule):
        until = self.stale.get((request.path, request.parameters.get("resourceVersion")), 0)
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        change, connection, response = await self.open(message, request, fresh=True)
        try:
            if response.first != "200" or request.verb != "watch":
                response.body = await wire.read_body(connection[0], response, until_close=True)
                return await self.finish(client, request, rule, response)
            client.writer.write(client.head(response, [("Transfer-Encoding", "chunked")]))
            await client.writer.drain()
            try:
                source = wire.chunks(connection[0], response, until_close=True)
                await streams.WatchStream(self.faults, request, change, client.chunk).run(source)
            except EOFError:
                pass
            except streams.Silence:
                await asyncio.Event().wait()
            await client.chunk(b"")
        finally:
            connection[1].close()

    def aged(self, message, request, rule):
        """A list that only has to be as new as a version gets exactly that version. One without a version must be the latest:
        an older answer would be no fault of the network but another API."""
        version = request.parameters.get("resourceVersion", "0")
        if version == "0" or request.is_continued:
            return message
        self.faults.injected(rule, request, version=version)
        self.stale[request.path, version] = time.monotonic() + rule["seconds"]
        target = message.second.replace("resourceVersionMatch=NotOlderThan", "resourceVersionMatch=Exact")
        return wire.Message(message.first, target, message.headers, message.body)


class Control:
    """POST and DELETE /faults, GET /state, POST /operator {"pid"}, POST /reset."""

    def __init__(self, proxy):
        self.proxy = proxy

    async def serve(self, reader, writer):
        try:
            message = await wire.read_head(reader)
            if message is None:
                return
            message.body = await wire.read_body(reader, message)
            try:
                code, value = 200, self.do(message.first, message.second, json.loads(message.body or b"null"))
            except (ValueError, KeyError, TypeError) as error:
                code, value = 400, {"error": str(error)}
            body = json.dumps(value).encode() + b"\n"
            writer.write(wire.head(f"HTTP/1.1 {code} .", [("Content-Type", "application/json"), ("Content-Length", str(len(body))),
                                                         ("Connection", "close")]) + body)
            await writer.drain()
        except (wire.WireError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def do(self, method, path, value):
        engine = self.proxy.faults
        match method, path:
            case "POST", "/faults":
                return {"armed": engine.arm(value)}
            case "DELETE", "/faults":
                engine.disarm()
            case "GET", "/state":
                return {"rules": [rule.report() for rule in engine.rules], "counts": engine.counts, "events": engine.events,
                        "injections": engine.injections}
            case "POST", "/operator":
                engine.operator_is(value["pid"])
            case "POST", "/reset":
                engine.reset()
            case _:
                raise ValueError(f"there is no {method} {path}")
        return {}
