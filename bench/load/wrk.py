"""Runs wrk on prepared requests."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("wrk.lua")


class LoadFailed(Exception):
    """Requests failed, so the figures mean nothing."""


@dataclass(frozen=True)
class Run:
    """What one run of wrk saw; times in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def request(method: str, path: str, token: str | None = None, json_body: Any = None) -> bytes:
    """The bytes of an HTTP request with a JSON body or none."""
    body = b"" if json_body is None else json.dumps(json_body).encode()
    return raw(method, path, token, body, "application/json" if body else None)


def raw(
    method: str,
    path: str,
    token: str | None,
    body: bytes = b"",
    kind: str | None = None,
    **headers: str,
) -> bytes:
    """The bytes of any HTTP request; underscores in names of `headers` become dashes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if kind:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def save(requests: list[bytes], path: Path) -> Path:
    """Write the requests as wrk.lua reads them."""
    path.write_bytes(b"".join(b"%d\n%s" % (len(each), each) for each in requests))
    return path


def run(port: int, requests: Path, connections: int, seconds: float) -> Run:
    """Send the requests in turn over `connections` for `seconds`. Raises LoadFailed."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", str(requests)]
    return figures(subprocess.run(command, capture_output=True, text=True))


def figures(result: subprocess.CompletedProcess[str]) -> Run:
    """What a load program's last line says. Raises LoadFailed when requests failed."""
    lines = [line for line in result.stdout.splitlines() if line.startswith("figures ")]
    if not lines:
        raise LoadFailed(f"no figures were printed:\n{result.stdout}{result.stderr}")
    count, micros, refused, broken, p50, p99 = map(int, lines[0].split()[1:])
    if refused or broken:
        raise LoadFailed(f"{count} requests, {refused} refused, {broken} broken\n{result.stderr}")
    return Run(count, count / micros * 1e6, p50 / 1000, p99 / 1000)
