"""The command ``completion``: scripts that shells take, made from the parser itself."""

import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.cli.commands import COMMANDS
from simulator.cli.completion import SHELLS

Captured = pytest.CaptureFixture[str]


def script(shell: str, capsys: Captured) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_its_options_are_in_the_script(
    shell: str, capsys: Captured
) -> None:
    text = script(shell, capsys)
    assert "trapframe-simulator" in text
    assert [command.name for command in COMMANDS if command.name not in text] == []
    assert "mechanism" in text
    assert "counterexample" in text


COMPLETE = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_LINE="${{COMP_WORDS[*]}}"; COMP_POINT=${{#COMP_LINE}}
function=$(complete -p trapframe-simulator | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" trapframe-simulator "${{COMP_WORDS[$COMP_CWORD]}}" x
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("trapframe-simulator pro", {"prove"}),
        ("trapframe-simulator d", {"diff", "diagram"}),
        ("trapframe-simulator explain --co", {"--counterexample"}),
        ("trapframe-simulator diagram --kind time", {"timeline"}),
        ("trapframe-simulator completion z", {"zsh"}),
        ("trapframe-simulator prove win", {"windows.yaml"}),
    ],
)
def test_bash_completes_words_and_files(
    words: str, offered: set[str], tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "windows.yaml").touch()
    saved = tmp_path / "script"
    saved.write_text(script("bash", capsys))
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "-c", COMPLETE.format(script=saved, words=words)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(done.stdout.split()) == offered, done.stderr


def test_another_shell_is_refused(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["completion", "cmd"])
    assert caught.value.code == 2
    assert "invalid choice: 'cmd'" in capsys.readouterr().err


def test_the_help_names_the_exit_statuses(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 done" in said
    assert "130 interrupted" in said
