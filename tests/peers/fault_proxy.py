#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An HTTP/1.1 proxy that breaks what it is told to break, at the byte it is told.

    fault_proxy.py --upstream HOST:PORT --rules FILE [--listen PORT]     FILE is read again when it changes
    with FaultProxy(("127.0.0.1", port)) as proxy: proxy.set_rules([{"method": "PUT", "cut_up": 3000000}])

A rule: "method" (default any), "target" (a part of it, default any), "times" (default for ever), "after" (so many
matching requests go through first), "chance" (of one), and one action; rates and "delay" may stand beside another:
    cut_up N, cut_down N      connection reset after N bytes of the request's or the answer's body
    end_down N                the connection closes after N bytes, as if that were all
    stall_up N, stall_down N  nothing moves after N bytes, for ever
    rate_up R, rate_down R    bytes per second
    delay S                   seconds before the request goes on
    flip_up N, flip_down N    byte N of the body arrives changed
    status "503:SlowDown"     the proxy answers itself: "headers" {}, "body" or "body_file" instead of the error
                              document; "drain": the request's body is read first, else the connection just closes
    drop_resp true            the request arrives, the answer is lost with the connection
    close true                the connection closes without an answer
    set_headers {}            of the answer

Positions are counted here: the sender's kernel buffers megabytes, so what it believes to have sent says little.
Signed requests arrive unchanged, Host included. With tls given, clients speak TLS and upstream is plain. With raw,
bytes pass unread and each connection counts as a request of the method CONNECT.
"""
import argparse
import asyncio
import json
import os
import random
import re
import socket
import struct
import sys
import threading
import time

CHUNK = 65536
HEAD_LIMIT = 1 << 20
ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{0}</Code><Message>{0}, says the proxy</Message>' \
        '<RequestId>proxy-1</RequestId>{1}</Error>'


class Ended(Exception):
    """This connection is over, by rule or by a peer."""


class Exchange:
    """One request as the proxy saw it."""

    def __init__(self, method, target, headers):
        self.method, self.target, self.headers = method, target, headers
        self.status, self.up, self.down, self.rule = 0, 0, 0, {}
        self.began, self.ended = time.monotonic(), None

    def __repr__(self):
        return f"{self.method} {self.target} -> {self.status} up={self.up} down={self.down} {self.rule or ''}"


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return lines[0], headers


def reset(writer):
    raw = writer.get_extra_info("socket")
    if raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def flipped(chunk, position, done):
    if position is None or not done <= position < done + len(chunk):
        return chunk
    at = position - done
    return chunk[:at] + bytes([chunk[at] ^ 1]) + chunk[at + 1:]


class Faults:
    """What the rule says about one direction."""

    def __init__(self, rule, way):
        self.cut, self.stall, self.end = (rule.get(f"{what}_{way}") for what in ("cut", "stall", "end"))
        self.rate, self.flip = rule.get("rate_" + way), rule.get("flip_" + way)

    def room(self, done):
        """How many bytes may still pass, or None."""
        limits = [limit - done for limit in (self.cut, self.stall, self.end) if limit is not None]
        return min(limits) if limits else None

    def want(self, left):
        return min(left, CHUNK if not self.rate else max(1, int(self.rate / 20)))


class Connection:
    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.up_reader = self.up_writer = None
        writer.transport.set_write_buffer_limits(high=0)

    async def serve(self):
        try:
            while not self.proxy.raw:
                head = await self.reader.readuntil(b"\r\n\r\n")
                await self.exchange(head)
            await self.pass_unread()
        except (Ended, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            for writer in (self.writer, self.up_writer):
                if writer:
                    writer.close()

    async def pass_unread(self):
        seen = Exchange("CONNECT", "", {})
        seen.rule = self.proxy.rule_for("CONNECT", "")
        self.proxy.log.append(seen)
        if seen.rule.get("close"):
            raise Ended
        self.up_reader, self.up_writer = await asyncio.open_connection(*self.proxy.upstream)
        await asyncio.gather(self.copy((self.reader, self.up_writer), -1, Faults(seen.rule, "up"), seen, "up"),
                             self.copy((self.up_reader, self.writer), -1, Faults(seen.rule, "down"), seen, "down"))

    async def exchange(self, head):
        line, headers = parse_head(head)
        method, target, _ = line.split(" ", 2)
        seen = Exchange(method, target, headers)
        seen.rule = rule = self.proxy.rule_for(method, target)
        self.proxy.log.append(seen)
        try:
            await asyncio.sleep(rule.get("delay", 0))
            if rule.get("close"):
                raise Ended
            if "status" in rule:
                await self.answer(seen, rule)
            await self.send_request(head, seen)
            await self.pass_answer(seen)
        finally:
            seen.ended = time.monotonic()

    async def answer(self, seen, rule):
        length = int(seen.headers.get("content-length", 0))
        if rule.get("drain"):
            if "expect" in seen.headers:
                self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            while seen.up < length:
                seen.up += len(await self.read_some(self.reader, length - seen.up))
        status, _, code = rule["status"].partition(":")
        body = ERROR.format(code, rule.get("extra", "")).encode() if code else b""
        body = rule["body"].encode() if "body" in rule else body
        if "body_file" in rule:
            with open(rule["body_file"], "rb") as file:
                body = file.read()
        headers = {"Content-Type": "application/xml", "Content-Length": str(len(body)), "Connection": "close"}
        headers.update(rule.get("headers", {}))
        text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        seen.status = int(status)
        self.writer.write(f"HTTP/1.1 {status} X\r\n{text}\r\n".encode() + (b"" if seen.method == "HEAD" else body))
        await self.writer.drain()
        raise Ended

    @staticmethod
    async def read_some(reader, count):
        chunk = await reader.read(min(count, CHUNK))
        if not chunk:
            raise Ended
        return chunk

    async def send_request(self, head, seen):
        if self.up_writer is None or self.up_writer.is_closing():
            self.up_reader, self.up_writer = await asyncio.open_connection(*self.proxy.upstream, limit=HEAD_LIMIT)
            self.up_writer.transport.set_write_buffer_limits(high=0)
        if "expect" in seen.headers:
            head = re.sub(rb"(?i)\r\nexpect:[^\r]*", b"", head)
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.up_writer.write(head)
        length = int(seen.headers.get("content-length", 0))
        await self.copy((self.reader, self.up_writer), length, Faults(seen.rule, "up"), seen, "up")

    async def pass_answer(self, seen):
        head = await self.up_reader.readuntil(b"\r\n\r\n")
        line, headers = parse_head(head)
        seen.status = int(line.split(" ")[1])
        if seen.rule.get("drop_resp"):
            self.break_both()
        for name, value in seen.rule.get("set_headers", {}).items():
            head = re.sub(rb"(?i)\r\n%s:[^\r]*" % re.escape(name).encode(), b"", head)
            head = head[:-2] + f"{name}: {value}\r\n\r\n".encode()
        self.writer.write(head)
        if seen.method == "HEAD" or seen.status in (204, 304):
            await self.writer.drain()
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            await self.pass_chunks(seen)
        else:
            length = int(headers.get("content-length", -1))
            await self.copy((self.up_reader, self.writer), length, Faults(seen.rule, "down"), seen, "down")

    async def pass_chunks(self, seen):
        """Positions count what is in the chunks."""
        faults, size = Faults(seen.rule, "down"), -1
        while size != 0:
            line = await self.up_reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            chunk = await self.up_reader.readexactly(size + 2)
            room = faults.room(seen.down)
            passed = size if room is None else min(size, room)
            whole = line + flipped(chunk, faults.flip, seen.down)
            self.writer.write(whole if passed == size and room != passed else whole[:len(line) + passed])
            await self.writer.drain()
            seen.down += passed
            if room is not None and passed == room:
                await self.stop_here(self.writer, faults, seen.down)
            if faults.rate:
                await asyncio.sleep(size / faults.rate)

    async def copy(self, ends, length, faults, seen, way):
        """Length -1: until the sender closes."""
        reader, writer = ends
        done = 0
        while length < 0 or done < length:
            room = faults.room(done)
            if room is not None and room <= 0:
                await self.stop_here(writer, faults, done)
            left = min(x for x in (length - done if length >= 0 else CHUNK, room) if x is not None)
            chunk = await self.read_some(reader, faults.want(left))
            writer.write(flipped(chunk, faults.flip, done))
            await writer.drain()
            done += len(chunk)
            setattr(seen, way, done)
            if faults.rate:
                await asyncio.sleep(len(chunk) / faults.rate)
        if faults.room(done) is not None and faults.room(done) <= 0:
            await self.stop_here(writer, faults, done)

    async def stop_here(self, writer, faults, done):
        await writer.drain()
        if faults.stall is not None and done >= faults.stall:
            await self.proxy.stopping.wait()
        if faults.cut is not None:
            # What was passed on before is to arrive: a reset throws away what the receiver has not read.
            await asyncio.sleep(0.05)
            self.break_both()
        raise Ended

    def break_both(self):
        reset(self.writer)
        if self.up_writer:
            self.up_writer.close()
        raise Ended


class FaultProxy:
    """Runs in a thread of its own; rules and log may be used from any."""

    def __init__(self, upstream, port=0, tls=None, raw=False):
        self.upstream, self.port, self.tls, self.raw = upstream, port, tls, raw
        self.log, self.connections = [], 0
        self.lock, self.rules = threading.Lock(), []
        self.random = random.Random(1)
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.problem = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def set_rules(self, rules):
        with self.lock:
            self.rules = [dict(rule) for rule in rules]

    def rule_for(self, method, target):
        with self.lock:
            for rule in self.rules:
                if rule.get("method", method) != method or rule.get("target", "") not in target:
                    continue
                if rule.get("times", 1) <= 0 or self.random.random() >= rule.get("chance", 1):
                    continue
                if rule.get("after", 0) > 0:
                    rule["after"] -= 1
                    continue
                if "times" in rule:
                    rule["times"] -= 1
                return {key: value for key, value in rule.items() if key not in ("method", "target", "times", "after")}
        return {}

    async def accept(self, reader, writer):
        self.connections += 1
        await Connection(self, reader, writer).serve()

    async def main(self):
        try:
            server = await asyncio.start_server(self.accept, "127.0.0.1", self.port, ssl=self.tls, limit=HEAD_LIMIT)
        except OSError as problem:
            self.problem = problem
            self.ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self.stopping = asyncio.Event()
        self.ready.set()
        await self.stopping.wait()
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(lambda *_: None)
        self.loop.run_until_complete(self.main())
        self.loop.close()

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        if self.problem:
            raise self.problem
        return self

    def __exit__(self, *_):
        if self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(10)


def follow_rules(proxy, path):
    stamp = None
    while True:
        now = os.stat(path).st_mtime_ns
        if now != stamp:
            with open(path, encoding="utf-8") as file:
                proxy.set_rules(json.load(file))
            stamp = now
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=int, default=0, help="a port of 127.0.0.1; one is chosen otherwise")
    parser.add_argument("--upstream", required=True, help="HOST:PORT")
    parser.add_argument("--rules", required=True, help="JSON: a list of rules")
    options = parser.parse_args()
    host, _, port = options.upstream.rpartition(":")
    with FaultProxy((host, int(port)), options.listen) as proxy:
        print(f"listening on {proxy.port}", flush=True)
        try:
            follow_rules(proxy, options.rules)
        except KeyboardInterrupt:
            sys.exit(130)


if __name__ == "__main__":
    main()
