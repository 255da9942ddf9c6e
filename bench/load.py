"""A load generator: a few keep-alive connections, each asking again as soon as it is answered."""

import select
import socket
import time
from dataclasses import dataclass, field

HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
)


def request_for(path: str, *, is_gzip: bool) -> bytes:
    encoding = "Accept-Encoding: gzip, deflate, br\r\n" if is_gzip else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADERS}{encoding}\r\n".encode()


@dataclass
class Round:
    """Latencies in nanoseconds, in no order."""

    seconds: float = 0.0
    latencies: list[int] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.latencies)

    def latency_ms(self, part: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] / 1e6


def ask(port: int, request: bytes) -> tuple[bytes, bytes]:
    """One request. Returns head and body; raises ConnectionError when the answer is not 200 or has no length."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        return _ask(line, request)


def _ask(line: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    line.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(each.split(b":")[1]) for each in lines if each.startswith(b"content-length:")), None)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise ConnectionError(f"Not an answer to measure: {lines[0].decode()}")
    while len(body) < length:
        body += _more(line)
    return head, body


def _more(line: socket.socket) -> bytes:
    if not (some := line.recv(1 << 16)):
        raise ConnectionError("The server closed the connection.")
    return some


def drive(port: int, request: bytes, *, seconds: float, connections: int) -> Round:
    """Ask over and over for this long. All answers are equally long, so counting bytes finds where each ends."""
    poll, lines, missing, asked = select.epoll(), {}, {}, {}
    for _ in range(connections):
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head, body = _ask(line, request)
        length = len(head) + 4 + len(body)
        lines[line.fileno()] = line
        poll.register(line.fileno(), select.EPOLLIN)
    done, now = Round(), time.perf_counter_ns
    began = now()
    end = began + int(seconds * 1e9)
    for number, line in lines.items():
        missing[number], asked[number] = length, now()
        line.send(request)
    while lines:
        for number, _ in poll.poll(10):
            line = lines[number]
            some = line.recv(1 << 17)
            if missing[number] == length and not some.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(f"Not an answer to measure: {some[:40]!r}")
            missing[number] -= len(some)
            if missing[number] > 0:
                continue
            moment = now()
            done.latencies.append(moment - asked[number])
            if moment > end:
                poll.unregister(number)
                lines.pop(number).close()
                continue
            missing[number], asked[number] = length, moment
            line.send(request)
    done.seconds = (now() - began) / 1e9
    poll.close()
    return done
