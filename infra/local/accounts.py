"""Who runs PostgreSQL (it refuses root), and how a child process becomes that user."""

import contextlib
import ctypes
import os
import pwd
import signal
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
# The user changes, capabilities do not by themselves; without this bit access(2), which initdb asks, ignores them.
NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522
SYSTEM_USER = "isoloir-stack"

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An ordinary user, with the one capability that it needs to reach files under a closed folder (such as /root), if any."""

    uid: int
    gid: int
    capability: int | None = None


def account_for(data: Path, *needed: Path) -> Account | None:
    """The account that must run PostgreSQL on this data folder; None when that is the current user."""
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    entry = pwd.getpwuid(owner) if owner else _system_user()
    closed = any(not _is_reachable(path) for path in (data, *needed))
    return Account(entry.pw_uid, entry.pw_gid, _reaching_capability() if closed else None)


def _system_user() -> pwd.struct_passwd:
    for name in ("postgres", SYSTEM_USER):
        entry = _find_user(name)
        if entry:
            return entry
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    with contextlib.suppress(FileNotFoundError):
        subprocess.run(command, check=False, capture_output=True)
    # Another stack may have made it at the same moment; and where no user can be made, nobody will do.
    return _find_user(SYSTEM_USER) or pwd.getpwnam("nobody")


def _find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _is_reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents if parent.exists())


def _reaching_capability() -> int:
    status = Path("/proc/self/status").read_text()
    effective = int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)
    return CAP_DAC_READ_SEARCH if effective >> CAP_DAC_READ_SEARCH & 1 else CAP_DAC_OVERRIDE


def entering(account: Account | None, *, death_signal: signal.Signals | None) -> Callable[[], None]:
    """What a child does before exec: become the account, and ask to be told when its parent dies."""
    parent = os.getpid()

    def enter() -> None:
        if account:
            _become(account)
        # After the change of user, which clears it.
        if death_signal:
            libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return enter


def _become(account: Account) -> None:
    if account.capability is not None and libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "securebits")
    os.setgroups([])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    kept = 0 if account.capability is None else 1 << account.capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the same for capabilities 32 and above.
    data = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    if libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if account.capability is not None:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, account.capability, 0, 0)
