"""nginx with a file that is shipped; only addresses and paths are this machine's."""

import getpass
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devstack.process import Process, ProcessFailed, wait_until
from devstack.serve import PROJECT

PATHS = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx() -> str:
    """The program. Raises ProcessFailed when it is not installed."""
    found = shutil.which("nginx", path=PATHS)
    if not found:
        raise ProcessFailed("nginx is not installed. As root: apt-get install nginx-light")
    return found


def write(folder: Path, name: str, changes: Mapping[str, str]) -> Path:
    """A copy of deploy/`name` in `folder`; every text in `changes` must be in it (ValueError)."""
    text = (PROJECT / "deploy" / name).read_text()
    places = "".join(f"    {each}_temp_path {folder}/{each};\n" for each in TEMPORARY)
    for old, new in {"http {\n": f"http {{\n{places}", **changes}.items():
        if old not in text:
            raise ValueError(f"deploy/{name} does not say {old!r}")
        text = text.replace(old, new)
    shutil.copy(PROJECT / "deploy" / "nginx-service.conf", folder)
    (folder / name).write_text(text)
    return folder / name


def docker_changes(folder: Path, ports: tuple[int, int], service: str) -> dict[str, str]:
    """What is another on this machine in nginx.conf."""
    return {
        "default web:3000": f"default {service}",
        "listen 3000": f"listen 127.0.0.1:{ports[0]}",
        "listen 8080": f"listen 127.0.0.1:{ports[1]}",
        "/tmp/nginx.pid": f"{folder}/nginx.pid",
    }


def own_changes(
    folder: Path, ports: tuple[int, int, int], service: str, certificate: Path
) -> dict[str, str]:
    """What is another on this machine in nginx-tls.conf, for whoever may not be root."""
    certbot = "/etc/letsencrypt/live/points.example.com"
    return {
        "user www-data;": "",
        "server 127.0.0.1:3000": f"server {service}",
        "listen 80 ": f"listen 127.0.0.1:{ports[0]} ",
        "listen 443 ": f"listen 127.0.0.1:{ports[1]} ",
        "listen 8080 ": f"listen 127.0.0.1:{ports[2]} ",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        f"{certbot}/fullchain.pem": f"{certificate}/cert.pem",
        f"{certbot}/privkey.pem": f"{certificate}/key.pem",
    }


@contextmanager
def running(configuration: Path, port: int) -> Iterator[Process]:
    """nginx, from when it listens on `port`."""
    log = configuration.parent / "errors.log"
    # Its folders are this user's alone.
    directives = f"daemon off; user {getpass.getuser()};"
    options = ["-e", "stderr", "-g", directives, "-c", configuration]
    with Process("nginx", [nginx(), *options], log) as process:
        wait_until(lambda: _listens(port), 20, "nginx")
        yield process


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
