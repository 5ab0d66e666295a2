"""Between us and a real InfluxDB: passes requests on, but for those it is told to answer badly."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

OWN = {"connection", "transfer-encoding", "content-length", "date", "server"}  # headers of one hop


class Fault(NamedTuple):
    """What happens to one request."""

    status: int = 0  # the answer instead of the server's; 0 is half of one
    done: bool = False  # the server has done it all the same
    late_s: float = 0.0  # the server's own answer, so late


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Faulty(ThreadingHTTPServer):
    """The proxy, on a port of 127.0.0.1. `faults` come in turn, one for every third POST."""

    daemon_threads = True

    def __init__(self, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind
        self.faults: tuple[Fault, ...] = ()
        self.met = 0  # faults so far
        self._posts = 0
        self._turn = threading.Lock()

    def next(self) -> Fault | None:
        """What happens to this POST; None is nothing."""
        with self._turn:
            self._posts += 1
            if not self.faults or self._posts % 3:
                return None
            self.met += 1
            return self.faults[self.met % len(self.faults)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Faulty

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(self.server.next())

    def log_message(self, *args: object) -> None:
        pass

    def _serve(self, fault: Fault | None) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if fault and fault.late_s:
            time.sleep(fault.late_s)
            fault = None
        with suppress(OSError, HTTPException):
            answer = Answer(503, {}, b"") if fault and not fault.done else self._passed_on(body)
            if fault and fault.status:
                answer = Answer(fault.status, {}, b'{"error": "a fault of the test"}')
            if fault and not fault.status:
                self._break_off(answer)
            else:
                self._answer(answer)

    def _passed_on(self, body: bytes) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.server.behind)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in OWN:
                self.send_header(name, value)
        if answer.status != 204:  # which has no body
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _break_off(self, answer: Answer) -> None:
        self.close_connection = True
        whole = f"HTTP/1.1 {answer.status} x\r\nContent-Length: {len(answer.body)}\r\n\r\n".encode() + answer.body
        self.wfile.write(whole[: len(whole) // 2])


@contextmanager
def faulty(server_port: int) -> Iterator[Faulty]:
    """A proxy in front of the server at the port; it is at `server_port` of what this gives."""
    proxy = Faulty(server_port)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
