"""A watch on its way through: line by line, each as soon as it is complete, unless a fault says otherwise."""
import asyncio
import collections
import json
import time

from . import wire


class Cut(Exception):
    """A fault wants the client's connection reset."""


class Silence(Exception):
    """A fault wants the client to hear nothing more, its connection stays open."""


class Entry:
    def __init__(self, line, due=0.0, rule=None, key=None, type=None):
        self.line, self.due, self.rule, self.key, self.type = line, due, rule, key, type


class WatchStream:
    def __init__(self, faults, request, adapter, write):
        self.faults, self.request, self.adapter, self.write = faults, request, adapter, write
        self.queue, self.arrived, self.over = collections.deque(), asyncio.Event(), False
        self.ends_at = None

    async def run(self, source):
        """Passes on until the server ends the watch or a fault does."""
        reader = asyncio.create_task(self.read(source))
        try:
            await self.send()
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def read(self, source):
        rest = b""
        try:
            async for data in source:
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line.strip():
                        self.take(self.adapter.answer(line))
        except (wire.WireError, asyncio.IncompleteReadError, OSError):
            pass  # the server went away: so does the watch
        self.over = True
        self.arrived.set()

    def take(self, line):
        now = time.monotonic()
        # The type stands first in every line that the server writes.
        if line[:24].find(b'"BOOKMARK"') >= 0:
            due = self.queue[-1].due if self.queue else now
            self.append(Entry(line, due))
            return
        rule = self.faults.event(self.request)
        if rule is None:
            self.append(Entry(line, self.queue[-1].due if self.queue else now))
        elif rule.fault == "event-drop":
            self.faults.injected(rule, self.request, event=name_of(line))
            if rule["seconds"] and self.ends_at is None:
                self.ends_at = now + rule["seconds"]
                asyncio.get_running_loop().call_later(rule["seconds"], self.arrived.set)
        elif rule.fault == "event-delay":
            self.faults.injected(rule, self.request, event=name_of(line))
            self.append(Entry(line, now + rule["seconds"]))
        elif rule.fault == "event-coalesce":
            self.coalesce(line, now, rule)
        else:
            self.append(Entry(line, now, rule))

    def append(self, entry):
        self.queue.append(entry)
        self.arrived.set()

    def coalesce(self, line, now, rule):
        event = json.loads(line)
        key = event["object"]["metadata"].get("uid")
        entry = Entry(line, now + rule["seconds"], key=key, type=event["type"])
        earlier = [held for held in self.queue if held.key == key]
        for held in earlier:
            self.queue.remove(held)
            self.faults.injected(rule, self.request, event=name_of(held.line))
        if earlier and earlier[0].type == "ADDED":
            if entry.type == "DELETED":
                self.faults.injected(rule, self.request, event=name_of(line))
                return
            entry.type = "ADDED"
            entry.line = json.dumps({**event, "type": "ADDED"}, separators=(",", ":")).encode()
        self.append(entry)

    async def send(self):
        while True:
            now = time.monotonic()
            if self.ends_at is not None and now >= self.ends_at:
                return await self.write(gone_line("Expired"))
            if self.queue:
                wait = self.queue[0].due - now
                if wait <= 0:
                    await self.send_one(self.queue.popleft())
                    continue
            elif self.over:
                return
            else:
                wait = None
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), wait)
            except asyncio.TimeoutError:
                pass

    async def send_one(self, entry):
        rule, line = entry.rule, entry.line + b"\n"
        if rule is None:
            return await self.write(line)
        if rule.fault == "event-gone":
            self.faults.injected(rule, self.request, event=name_of(line))
            await self.write(gone_line(rule["reason"] or "Expired"))
            raise EOFError
        if rule.fault == "event-silence":
            self.faults.injected(rule, self.request, event=name_of(line))
            raise Silence
        if rule.fault == "event-truncate":
            await self.write(line[:len(line) // 2])
            self.faults.injected(rule, self.request, event=name_of(line), bytes=len(line) // 2)
            raise Cut
        if rule.fault == "event-slow":
            for position in range(len(line)):
                await self.write(line[position:position + 1])
            self.faults.injected(rule, self.request, event=name_of(line), bytes=len(line))
            return None
        # A copy that is as long as asked for, and then the event itself.
        event = json.loads(line)
        event["object"].setdefault("metadata", {}).setdefault("annotations", {})["modern-proxy.invalid/padding"] = ""
        missing = rule["bytes"] - len(json.dumps(event, separators=(",", ":"))) - 1
        event["object"]["metadata"]["annotations"]["modern-proxy.invalid/padding"] = "x" * max(missing, 0)
        await self.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")
        self.faults.injected(rule, self.request, event=name_of(line), bytes=rule["bytes"])
        return await self.write(line)


def gone_line(reason):
    status = json.loads(wire.status_answer(410, reason, "too old resource version: a fault of the proxy").body)
    return json.dumps({"type": "ERROR", "object": status}, separators=(",", ":")).encode() + b"\n"


def name_of(line):
    event = json.loads(line)
    metadata = event.get("object", {}).get("metadata", {})
    return f"{event.get('type')} {metadata.get('namespace', '')}/{metadata.get('name', '')}@{metadata.get('resourceVersion', '')}"
