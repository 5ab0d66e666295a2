"""What people can mend is said in one clear line: the thing, the cause, the next step; never a traceback."""

import shutil
import socket
from pathlib import Path

import pytest

from estate.settings import sample_path
from tests.servers import free_port
from tests.system.running import configure, run


def refusal(folder: Path, *arguments: str, **more: str) -> list[str]:
    """What a command that fails says, line by line."""
    done = run(folder, *arguments, **more)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def embedded(folder: Path, *sections: str) -> None:
    configure(folder, f"embedded://127.0.0.1:{free_port()}", "duckdb:///store.duckdb", sections)


def test_web_port_taken(tmp_path: Path) -> None:
    """The address, the cause, and what to set."""
    embedded(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        said = refusal(tmp_path, "up", MICROVILLE_WEB__LISTEN=listen)

    next_step = "stop what listens there, or set [web] listen to another port"
    assert [f"microville: web interface on {listen}: Address already in use; {next_step}"] == said


def test_broker_port_taken(tmp_path: Path) -> None:
    """The same for the embedded broker, once the sample estate has been named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        configure(tmp_path, f"embedded://{address}", "duckdb:///store.duckdb")
        (said,) = refusal(tmp_path, "up")

    assert said.startswith(f"microville: embedded broker on mqtt://{address}: ")
    assert said.endswith('set [broker] url = "embedded://127.0.0.1:<another port>", or stop what listens there')


def test_state_not_writable(tmp_path: Path) -> None:
    """A file where the state's folder should be."""
    embedded(tmp_path)
    (tmp_path / "state").write_text("in the way")
    (said,) = refusal(tmp_path, "up")

    assert said.startswith("microville: state file state/state.sqlite: ")
    assert said.endswith("check [state] path, its permissions and the room on its disk")


def test_estate_wrong(tmp_path: Path) -> None:
    """Every problem at once, with file and line, one each; `up` says the same as `check`."""
    shutil.copytree(sample_path(), tmp_path / "estate")
    with (tmp_path / "estate/leases.csv").open("a") as leases:
        leases.write("nobody,b01-south,2024-01-01,\nessor,nowhere,2024-01-01,\n")
    embedded(tmp_path, "[estate]", 'path = "estate"')
    last = len((tmp_path / "estate/leases.csv").read_text().splitlines())
    checked = run(tmp_path, "check")
    said = refusal(tmp_path, "up")

    assert 1 == checked.returncode
    assert {f"leases.csv:{last - 1}", f"leases.csv:{last}"} <= {
        ":".join(line.split(":")[:2]) for line in checked.stdout.splitlines()
    }
    assert checked.stdout.splitlines() == [line.removeprefix("microville: ") for line in said]


def test_configuration_wrong(tmp_path: Path) -> None:
    """Every key that is unknown or wrong, at once."""
    (tmp_path / "microville.toml").write_text(
        '[broker]\nurl = "http://x"\nport = 1883\n[store]\nurl = "redis://x"\n[web]\nlisten = "8112"\n'
        '[mail]\nurl = "smtp://x"\n[colour]\nblue = 1\n'
    )
    said = refusal(tmp_path, "up")

    start = "microville.toml and environment: "
    keys = ["broker.url", "broker.port", "store.url", "web.listen", "mail.url", "colour"]
    assert sorted(keys) == sorted(line.removeprefix("microville: ").removeprefix(start).split(":")[0] for line in said)


@pytest.mark.parametrize(
    ("text", "cause"),
    [(None, "there is no such file"), ("[broker]\nurl = mqtt", "line 2"), ("[mail]\nurl = 'mailto://'", "mail")],
)
def test_configuration_unreadable(text: str | None, cause: str, tmp_path: Path) -> None:
    """A file that is not there, no TOML, or a mail server that nobody could reach: one line."""
    path = tmp_path / "mine.toml"
    if text:
        path.write_text(text)
    (said,) = refusal(tmp_path, "up", "--config", str(path))

    assert cause in said
