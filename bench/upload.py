"""Send files to the real server: one far larger than its memory may grow, then every kind of bad one.

The server is `python -m lms.cli serve` on a fresh demo school. A teacher signs in, writes a lesson and attaches a file
whose body a generator makes on the fly; the worker's peak memory is read from /proc. Throughput is set against
`shutil.copyfileobj` of the same bytes to the same disk with one fsync. Then bad files go to each route that takes
files, and the answer's status and sentence are read.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import io
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from bench import processes
from bench.outcome import Outcome

GOALS = "memory grows by at most 48 MiB however large the file; every bad file is answered with its sentence"

MIB = 1 << 20
GROWTH = 48  # MiB
EDGE = "----gieo-bench"
PASSWORD = "gieo-2026"
START = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"  # what makes an MP4 one (ISO/IEC 14496-12, 4.3)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=int, default=2048, help="MiB of the large file (default 2048)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a new temporary folder)")


def run(options: argparse.Namespace) -> Outcome:
    folder = Path(tempfile.mkdtemp(prefix="gieo-upload-", dir=options.folder))
    server = Server(folder)
    try:
        server.start()
        large = send_large(server, options.size * MIB)
        bad = list(send_bad(server))
        left = [path.name for path in (folder / "data/blobs/incoming").iterdir()]
    finally:
        server.stop()
        plain = copy_plainly(folder / "plain", options.size * MIB)
        shutil.rmtree(folder)
    wrong = [line for line in bad if not line.right]
    lines = [
        f"large file: {options.size} MiB in {large.seconds:.1f} s, {options.size / large.seconds:.0f} MiB/s; "
        f"copyfileobj + fsync {options.size / plain:.0f} MiB/s, ratio {plain / large.seconds:.2f}",
        f"memory of the worker: {large.before} MiB before, {large.peak} MiB at its peak, grown by {large.growth} MiB",
        f"stored content has the hash of what was sent: {large.same}",
        "",
        *(str(line) for line in bad),
        "",
        f"half-written files left behind: {len(left)}",
    ]
    ok = large.growth <= GROWTH and large.same and not wrong and not left and bool(bad)
    figures = {
        "size_mib": options.size,
        "growth_mib": large.growth,
        "mib_per_s": round(options.size / large.seconds, 1),
        "plain_mib_per_s": round(options.size / plain, 1),
        "ratio_to_plain": round(plain / large.seconds, 3),
        "bad_files": len(bad),
        "bad_files_answered_wrong": len(wrong),
        "left_behind": len(left),
    }
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


class Server:
    """The real server on a demo school of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = processes.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environ = {"GIEO_DATA_DIR": str(self.folder / "data"), "GIEO_PORT": str(self.port)}
        self._process = processes.start(["-m", "lms.cli", "demo"], environ, self.folder / "log")
        try:
            processes.wait_for(self.port, "/readyz", self._process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{(self.folder / 'log').read_text()[-3000:]}") from None

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process)

    @property
    def worker(self) -> int:
        assert self._process is not None
        parent = self._process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])

    def memory(self, line: str) -> int:
        """Return a line of the worker's /proc status (VmRSS, VmHWM), in MiB."""
        found = re.search(rf"^{line}:\s+(\d+) kB", Path(f"/proc/{self.worker}/status").read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) // 1024


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


class Browser:
    """As much of a browser as signing in and sending files needs: cookies, tokens, no redirects."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cookies: dict[str, str] = {}

    def sign_in(self, name: str) -> Browser:
        answer = self.form("/sign-in", {"sign_in_name": name, "password": PASSWORD})
        if answer.status != 303:
            raise RuntimeError(f"{name} could not sign in: {answer.status} {answer.text[:500]}")
        return self

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def form(self, path: str, fields: dict[str, str], page: str = "") -> Answer:
        body = urllib.parse.urlencode({"csrf_token": self.token(page or path), **fields}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        return self._ask("POST", path, iter([body]), kind)

    def token(self, page: str) -> str:
        text = self.get(page).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found is None:
            raise RuntimeError(f"no form on {page}: {text[:300]}")
        return unescape(found[1])

    def send_file(self, path: str, page: str, field: str, name: str, pieces: Iterator[bytes], size: int) -> Answer:
        """Send one file as a browser does, all of it whatever the server says meanwhile."""
        head = (
            f'--{EDGE}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token(page)}\r\n'
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{EDGE}--\r\n".encode()
        length = len(head) + size + len(tail)
        kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}", "Content-Length": str(length)}

        def body() -> Iterator[bytes]:
            yield head
            yield from pieces
            yield tail

        return self._ask("POST", path, body(), kind)

    def _ask(self, method: str, path: str, body: Iterator[bytes] | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=600)
        try:
            if self._cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            connection.request(method, path, body, headers)
            got = connection.getresponse()
            for line in got.headers.get_all("Set-Cookie", []):
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name] = value
            return Answer(got.status, got.headers, got.read().decode("utf-8", "replace"))
        finally:
            connection.close()


def content(size: int) -> Iterator[bytes]:
    """Yield a video-like content of *size* bytes that no disk can compress and no two runs share."""
    block = os.urandom(MIB)
    left = size
    number = 0
    while left > 0:
        piece = (START if number == 0 else number.to_bytes(32, "big")) + block
        piece = piece[: min(MIB, left)]
        yield piece
        left -= len(piece)
        number += 1


@dataclass
class Large:
    seconds: float
    before: int
    peak: int
    same: bool

    @property
    def growth(self) -> int:
        return self.peak - self.before


def new_lesson(teacher: Browser) -> str:
    """Write a lesson in the teacher's first course; return its address."""
    course = re.search(r'href="(/courses/[0-9a-f-]{36})"', teacher.get("/courses").text)
    if course is None:
        raise RuntimeError("the teacher has no course")
    page = course[1]
    form = re.compile(r'action="(/lessons/in-section/[0-9a-f-]{36})"')
    if not form.search(teacher.get(page).text):
        teacher.form(f"{page}/sections", {"title": "Tải tệp"}, page=page)
    found = form.search(teacher.get(page).text)
    if found is None:
        raise RuntimeError("no form for a new lesson")
    answer = teacher.form(found[1], {"title": "Bài có tệp lớn"}, page=page)
    address = re.match(r".*?(/lessons/[0-9a-f-]{36})", answer.headers.get("Location", ""))
    if address is None:
        raise RuntimeError(f"no lesson was made: {answer.status}")
    return address[1]


def send_large(server: Server, size: int) -> Large:
    teacher = Browser(server).sign_in("gv.toan8")
    lesson = new_lesson(teacher)
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in content(size):
            digest.update(piece)
            yield piece

    small = 8 * MIB  # so that what the first upload loads does not count as growth
    teacher.send_file(f"{lesson}/files", f"{lesson}/edit", "file", "nho.mp4", content(small), small)
    Path(f"/proc/{server.worker}/clear_refs").write_text("5")  # the peak begins anew (proc(5))
    before = server.memory("VmRSS")
    began = time.perf_counter()
    answer = teacher.send_file(f"{lesson}/files", f"{lesson}/edit", "file", "bai-giang.mp4", hashed(), size)
    seconds = time.perf_counter() - began
    name = digest.hexdigest()
    kept = server.folder / "data/blobs" / name[:2] / name[2:4] / name
    if answer.status not in {200, 303}:
        raise RuntimeError(f"the large file was refused: {answer.status} {sentence(answer)}")
    return Large(seconds, before, server.memory("VmHWM"), kept.is_file() and kept.stat().st_size == size)


def copy_plainly(path: Path, size: int) -> float:
    """Copy the same amount to the same disk without a server; return the seconds."""

    class Source(io.RawIOBase):
        def __init__(self) -> None:
            self._pieces = content(size)

        def read(self, _size: int = -1) -> bytes:
            return next(self._pieces, b"")

    began = time.perf_counter()
    with path.open("wb") as file:
        shutil.copyfileobj(Source(), file, MIB)
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds


@dataclass
class Route:
    """A page that takes files: who may, where, and what a good name looks like there."""

    who: str
    path: str
    page: str
    field: str
    name: str
    over: int  # MiB that are more than it takes; 0 where everything up to the installation's limit is taken


@dataclass
class Line:
    route: str
    what: str
    status: int
    sentence: str
    right: bool

    def __str__(self) -> str:
        return f"{'ok   ' if self.right else 'WRONG'} {self.route:<28} {self.what:<16} {self.status}  {self.sentence}"


def encrypted_zip() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"):
            archive.writestr(name, "x")
    data = bytearray(memory.getvalue())
    for found in re.finditer(b"PK\x01\x02", bytes(data)):
        data[found.start() + 8] |= 1  # general purpose bit 0 (APPNOTE 4.4.4)
    return bytes(data)


def routes(server: Server) -> Iterator[Route]:
    teacher = Browser(server).sign_in("gv.toan8")
    lesson = new_lesson(teacher)
    yield Route("gv.toan8", f"{lesson}/files", f"{lesson}/edit", "file", "de-cuong.docx", 0)
    yield Route("gv.toan8", f"{lesson}/files?picture=y", f"{lesson}/edit", "picture", "anh.png", 200)
    yield Route("quantri", "/school/import", "/school/import", "file", "danh-sach.xlsx", 200)
    yield Route("quantri", "/frameworks/import", "/frameworks/import", "file", "khung.json", 200)
    yield Route("gv.toan8", "/bank/import", "/bank/import", "file", "de-thi.docx", 200)
    yield Route("gv.toan8", "/library/deposit", "/library/deposit", "files", "bai-giang.pptx", 0)


def send_bad(server: Server) -> Iterator[Line]:
    for route in routes(server):
        browser = Browser(server).sign_in(route.who)
        if browser.get(route.page).status != 200:
            yield Line(route.path, "page", browser.get(route.page).status, "trang này chưa mở được", right=False)
            continue
        yield from _send_bad_to(browser, route)


def _send_bad_to(browser: Browser, route: Route) -> Iterator[Line]:
    short = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", route.path)
    other = re.sub(r"\.\w+$", ".docx", route.name)
    wrong = ("không phải là tệp", "không thuộc loại nhận ở đây")
    cases = [
        ("empty", route.name, b"", ("trống (0 byte)",)),
        ("encrypted", other, encrypted_zip(), ("có mật khẩu", "không thuộc loại nhận ở đây")),
        ("wrong content", route.name, b"%PDF-1.7\nkhong phai", wrong),
        ("a program", route.name, b"MZ\x90\x00" + b"\x00" * 600, wrong),
    ]
    for what, name, data, words in cases:
        answer = browser.send_file(route.path, route.page, route.field, name, iter([data]), len(data))
        yield line(short, what, answer, 422, words)
    yield line(short, "truncated", broken_off(browser, route), 422, ("đứt giữa chừng",))
    hang_up(browser, route)
    if route.over:
        size = route.over * MIB
        answer = browser.send_file(route.path, route.page, route.field, route.name, content(size), size)
        yield line(short, f"{route.over} MB", answer, 413, ("lớn hơn mức cho phép",))


def broken_off(browser: Browser, route: Route) -> Answer:
    """Send a body that is whole by HTTP's count but ends in the middle of its multipart."""
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{browser.token(route.page)}\r\n'
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{route.field}"; filename="{route.name}"\r\n\r\nPK'
    ).encode()
    cut = f"{head.decode()}\r\n--{EDGE}"
    kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}", "Content-Length": str(len(cut))}
    return browser._ask("POST", route.path, iter([cut.encode()]), kind)


def hang_up(browser: Browser, route: Route) -> None:
    """Announce much, send a little and go away; what came must not stay."""

    def short() -> Iterator[bytes]:
        yield b"PK" * 100_000
        raise ConnectionAbortedError

    with contextlib.suppress(ConnectionAbortedError):
        browser.send_file(route.path, route.page, route.field, route.name, short(), 10 * MIB)


def line(route: str, what: str, answer: Answer, status: int, words: tuple[str, ...]) -> Line:
    said = sentence(answer, words)
    return Line(route, what, answer.status, said or "(says nothing of it)", answer.status == status and bool(said))


def sentence(answer: Answer, words: tuple[str, ...] = ("",)) -> str:
    """Return the first piece of text on the page that holds one of the words."""
    text = re.sub(r"<(script|style|title).*?</\1>", "", answer.text, flags=re.DOTALL)
    pieces = [" ".join(unescape(piece).split()) for piece in re.split(r"<[^>]+>", text)]
    return next((piece for piece in pieces if piece and any(word in piece for word in words)), "")
