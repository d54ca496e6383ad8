"""The limit: the product's own statements from threads of a C program, for a share of what is
possible on this machine's database."""

import resource
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.load.wrk import Run, figures

SOURCE = Path(__file__).with_name("limit.c")


@dataclass(frozen=True)
class Limit:
    """The compiled program and where it works."""

    program: Path
    port: int
    users: int
    products: int

    def run(self, workload: str, threads: int, seconds: float) -> tuple[Run, float]:
        """Figures, and the program's processor time in seconds. Raises LoadFailed."""
        words = [self.port, workload, threads, seconds, self.users, self.products]
        command = [str(self.program), *map(str, words), secrets.token_hex(2)]
        before = _children_cpu()
        result = subprocess.run(command, capture_output=True, text=True)
        return figures(result), _children_cpu() - before


def compiled(folder: Path, port: int, users: int, products: int) -> Limit | None:
    """The program, compiled into `folder`; None without a compiler or MariaDB's headers."""
    compiler, config = shutil.which("cc"), shutil.which("mariadb_config")
    if not compiler or not config:
        return None
    flags = subprocess.run([config, "--cflags", "--libs"], capture_output=True, text=True)
    program = folder / "limit"
    command = [compiler, "-O2", "-o", str(program), str(SOURCE), *flags.stdout.split(), "-lpthread"]
    done = subprocess.run(command, capture_output=True)
    return Limit(program, port, users, products) if done.returncode == 0 else None


def _children_cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
