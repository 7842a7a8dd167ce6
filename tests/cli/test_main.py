"""The command itself: quick to answer, data apart from talk, exit statuses as documented."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import exit_codes
from tests.cli.command import called, demitasse

HEAVY = ("ray", "torch", "av", "cv2", "decord", "pyarrow", "numpy", "datasets")

VERBS = ("run", "plan", "status", "why", "retry", "inspect", "report", "doctor")


def test_help_names_every_verb_and_the_exit_statuses() -> None:
    done = demitasse("--help")
    assert done.status == exit_codes.DONE
    assert not [verb for verb in VERBS if f" {verb} " not in done.stdout]
    assert "3 partial" in " ".join(done.stdout.split())


def test_help_imports_nothing_heavy() -> None:
    """One process for all: what no verb's help has imported after the last, none has."""
    program = (
        "import sys\n"
        "from pipeline.cli.main import main\n"
        f"for arguments in {[['--help'], *([verb, '--help'] for verb in VERBS)]!r}:\n"
        "    sys.argv = ['demitasse', *arguments]\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit as ended:\n"
        "        assert not ended.code, arguments\n"
        f"    heavy = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "    assert not heavy, (arguments, heavy)\n"
        "print('all of them')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Usage:") == 1 + len(VERBS)
    assert done.stdout.endswith("all of them\n")


def test_an_unknown_verb_is_wrong_use() -> None:
    done = called("brew")
    assert done.status == exit_codes.WRONG_USE
    assert not done.stdout
    assert "No such command 'brew'" in done.stderr


def test_a_wrong_recipe_is_one_message_on_stderr(tmp_path: Path) -> None:
    recipe = tmp_path / "bad.yaml"
    recipe.write_text("name: bad\nframes:\n  sampling: sometimes\n")
    done = demitasse("run", recipe, "--work", tmp_path / "work")
    assert done.status == exit_codes.WRONG_USE
    assert not done.stdout
    assert done.stderr.startswith("error: ") and done.stderr.count("error:") == 1
    assert f"{recipe}:3: `frames.sampling`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "work").exists(), "a wrong recipe leaves nothing behind"


@pytest.mark.parametrize("verb", ["status", "inspect", "why", "retry"])
def test_a_folder_that_is_no_workspace_is_wrong_use(verb: str, tmp_path: Path) -> None:
    more = ["some-id"] if verb in ("inspect", "why") else []
    done = demitasse(verb, tmp_path, *more)
    assert done.status == exit_codes.WRONG_USE
    assert not done.stdout
    assert f"{tmp_path} is no workspace: `demitasse run RECIPE --work {tmp_path}`" in done.stderr
    assert not list(tmp_path.iterdir())


def test_json_is_alone_on_stdout() -> None:
    done = demitasse("doctor", "--json")
    assert json.loads(done.stdout)["checks"]
    assert not done.stderr
