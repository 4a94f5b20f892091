"""One HTTP request on a connection of its own, for hundreds of clients in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "X-Bench-Key"  # names a request for the proxy, which takes it off again
HEAD = b"\r\n\r\n"
MOST_BYTES = 8 << 20


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    def cookies(self) -> dict[str, str]:
        """The cookies that it sets, by name."""
        pairs = (value.partition(";")[0].partition("=") for key, value in self.headers if key == "set-cookie")
        return {name: value for name, _, value in pairs}


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request after which the server closes the connection."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + HEAD + body


async def ask(port: int, sent: bytes, patience: float) -> Answer | None:
    """The answer to these bytes; None when there was no whole one in time."""
    try:
        async with asyncio.timeout(patience):
            return parse(await exchange(port, sent))
    except (TimeoutError, OSError):
        return None


async def exchange(port: int, sent: bytes) -> bytes:
    """All bytes that the server at this port answers with.

    Raises:
        OSError: it is not there, or went away.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=MOST_BYTES)
    try:
        writer.write(sent)
        await writer.drain()
        return await reader.read(-1)
    finally:
        writer.close()


def parse(received: bytes) -> Answer | None:
    """The answer in these bytes; None when it is not whole."""
    head, found, body = received.partition(HEAD)
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if not found or len(words) < 2 or not words[1].isdigit():
        return None
    pairs = (line.partition(":") for line in lines[1:])
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    given = dict(headers)
    if given.get("transfer-encoding", "") == "chunked":
        body = _unchunk(body)
    elif "content-length" in given and len(body) != int(given["content-length"]):
        return None
    return Answer(int(words[1]), headers, body.decode())


def _unchunk(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + rest[:length], rest[length + 2 :]
        if not length:
            break
    return whole
