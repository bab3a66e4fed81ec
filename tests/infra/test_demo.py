"""`stack.py demo`: what it says when it cannot run. That it runs whole is walked by the journeys."""

import socket

from tests.infra.conftest import PATIENCE, Stack


def test_a_taken_web_port_is_told_with_the_variable_that_changes_it(stack: Stack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stack.environment = {"PORT": str(port)}
        demo = stack.popen("demo", "--fast", "--var", str(stack.var))
        _, err = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 1
    assert err.startswith(
        f"Port {port} (the web server) is taken by another program. Stop that program, or choose another port: PORT="
    )
    assert stack.survivors() == []


def test_a_taken_outbox_port_is_told_with_the_variable_that_changes_it(stack: Stack) -> None:
    with socket.socket() as other, socket.socket() as free:
        other.bind(("127.0.0.1", 0))
        other.listen()
        free.bind(("127.0.0.1", 0))
        stack.environment = {"PORT": str(free.getsockname()[1]), "OUTBOX_PORT": str(other.getsockname()[1])}
        free.close()
        demo = stack.popen("demo", "--fast", "--var", str(stack.var))
        _, err = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 1
    assert "OUTBOX_PORT=" in err
    assert "Traceback" not in err


def test_a_port_that_is_no_number_is_told(stack: Stack) -> None:
    stack.environment = {"PORT": "http"}
    demo = stack.popen("demo", "--var", str(stack.var))
    _, err = demo.communicate(timeout=PATIENCE)
    assert (demo.returncode, err) == (1, "PORT must be the number of a port, not “http”.\n")
