"""`stack.py exec`: servers around one command."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.infra.conftest import PATIENCE, Stack, wait_until

SELECT = '"$PG_BIN/psql" --no-psqlrc --tuples-only --no-align "$DATABASE_URL" --command "{}"'


def query(stack: Stack, sql: str, *, url: str = "DATABASE_URL") -> str:
    done = stack.exec("sh", "-c", SELECT.format(sql).replace("DATABASE_URL", url))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_command_runs_as_the_application_role_on_postgresql_18(stack: Stack) -> None:
    assert query(stack, "SELECT current_user, current_setting('server_version_num')::int / 10000") == "isoloir_app|18"


def test_the_owner_may_make_roles_and_databases_but_is_no_superuser(stack: Stack) -> None:
    sql = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert query(stack, sql, url="DATABASE_OWNER_URL") == "f|t|t"


def test_extensions_live_in_a_schema_of_their_own(stack: Stack) -> None:
    sql = "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension WHERE extnamespace = 'extensions'::regnamespace"
    assert query(stack, sql) == "btree_gin,citext,pg_stat_statements,pg_trgm,unaccent"


def test_only_our_two_roles_may_change_settings_by_function(stack: Stack) -> None:
    sql = "SELECT bool_or(has_function_privilege('public', oid, 'execute')) FROM pg_proc WHERE proname = 'set_config'"
    assert query(stack, sql) == "f"
    assert query(stack, "SELECT set_config('application_name', 'me', false)") == "me"


def test_redis_answers_at_its_address_and_only_with_the_password(stack: Stack) -> None:
    script = "import os, redis; print(redis.Redis.from_url(os.environ['REDIS_URL']).ping())"
    assert stack.exec(sys.executable, "-c", script).stdout == "True\n"
    bare = "import os, redis; from urllib.parse import urlsplit; redis.Redis(port=urlsplit(os.environ['REDIS_URL']).port).ping()"
    assert "authenticat" in stack.exec(sys.executable, "-c", bare).stderr.lower()


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_commands(stack: Stack, code: int) -> None:
    assert stack.exec("sh", "-c", f"exit {code}").returncode == code


def test_a_command_that_does_not_exist_is_told_in_a_sentence(stack: Stack) -> None:
    done = stack.exec("no-such-command")
    assert (done.returncode, done.stderr) == (1, "There is no command no-such-command here.\n")


def test_everything_has_stopped_when_it_returns(stack: Stack) -> None:
    stack.exec("true")
    assert stack.survivors() == []


def test_a_second_start_is_quick(stack: Stack) -> None:
    seconds = []
    for _ in range(3):  # the best of them: something else may hold one up
        began = time.monotonic()
        stack.exec("true")
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 10  # 0.3 s on an idle machine


def test_two_commands_share_the_servers_and_the_last_one_stops_them(stack: Stack) -> None:
    first, second = stack.hold(), stack.hold()
    postgres = stack.server_pid("postgres")
    first.communicate("", timeout=PATIENCE)
    assert stack.server_pid("postgres") == postgres
    second.communicate("", timeout=PATIENCE)
    assert stack.survivors() == []


def test_two_commands_started_at_once_use_one_server(stack: Stack) -> None:
    both = [
        stack.popen("exec", "--fast", "--var", str(stack.var), "--", "sh", "-c", 'echo "$REDIS_URL"; cat')
        for _ in range(2)
    ]
    addresses = {process.stdout.readline() for process in both if process.stdout}
    assert len(addresses) == 1


def test_ctrl_c_stops_the_command_and_the_servers(stack: Stack) -> None:
    process = stack.hold()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=PATIENCE)
    assert process.returncode == 130
    assert stack.survivors() == []


def test_sigterm_is_passed_on_to_the_command(stack: Stack) -> None:
    process = stack.hold()
    process.terminate()
    # Its input stays open: what ends the command is the signal.
    process.wait(timeout=PATIENCE)
    assert process.returncode == 143
    assert stack.survivors() == []


def test_killed_outright_it_leaves_nothing_behind(stack: Stack) -> None:
    stack.hold().kill()
    wait_until(lambda: not stack.survivors())


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_that_is_killed_comes_back(stack: Stack, name: str) -> None:
    stack.hold()
    killed = stack.server_pid(name)
    os.kill(killed, signal.SIGKILL)
    log = stack.var / "log" / f"{name}.log"
    if name == "postgres":
        wait_until(lambda: query(stack, "SELECT 1") == "1" if _changed(stack, killed) else False)
    else:
        wait_until(
            lambda: (
                len(
                    [
                        pid
                        for pid in stack.pids("redis-server")
                        if pid != killed and stack.is_in(pid, stack.var / "redis")
                    ]
                )
                == 1
            )
        )
    assert log.exists()


def _changed(stack: Stack, killed: int) -> bool:
    lines = (stack.var / "postgres" / "postmaster.pid").read_text().splitlines()
    return len(lines) >= 8 and lines[0] != str(killed) and lines[7].strip() == "ready"


def test_the_keeper_killed_outright_takes_the_servers_with_it_and_the_next_start_works(stack: Stack) -> None:
    process = stack.hold()
    keeper = next(pid for pid in stack.pids(str(stack.var)) if pid in stack.pids(" keep "))
    os.kill(keeper, signal.SIGKILL)
    process.kill()
    assert query(stack, "SELECT 1") == "1"


def test_data_stays(stack: Stack) -> None:
    query(stack, "CREATE SCHEMA IF NOT EXISTS kept", url="DATABASE_OWNER_URL")
    assert query(stack, "SELECT count(*) FROM pg_namespace WHERE nspname = 'kept'") == "1"


def test_a_server_that_the_environment_names_is_not_started(stack: Stack) -> None:
    stack.environment = {"REDIS_URL": "redis://elsewhere.example:6379/0"}
    done = stack.exec("sh", "-c", 'echo "$REDIS_URL"')
    assert done.stdout == "redis://elsewhere.example:6379/0\n"


def test_an_external_database_needs_its_owner_too(stack: Stack) -> None:
    stack.environment = {"DATABASE_URL": "postgresql://isoloir_app@db.example/isoloir"}
    done = stack.exec("true")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pid_file_left_by_a_crash_is_no_obstacle(stack: Stack) -> None:
    # The process of that number lives, and is no PostgreSQL: the machine has restarted since.
    pid_file = stack.var / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{stack.var}/postgres\n1700000000\n5432\n{stack.var}\n\n  1 1\nready\n")
    assert query(stack, "SELECT 1") == "1"


def test_a_folder_with_a_very_long_name_works(stack: Stack, tmp_path: Path) -> None:
    # A socket's path may have 107 characters.
    long = Stack(tmp_path / ("x" * 120))
    long.running = stack.running
    assert query(long, "SELECT 1") == "1"
