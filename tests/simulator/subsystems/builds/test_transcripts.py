"""What is printed: lines of the shell and of tools, as a person sees them."""

import pytest

from tests.simulator.subsystems.builds.yards import image

TRANSCRIPTS = [
    (
        "kit",
        "cat /nowhere",
        ["cat: /nowhere: No such file or directory"],
    ),
    (
        "kit",
        "cat README.md /nowhere > /dev/null",
        ["cat: /nowhere: No such file or directory"],
    ),
    (
        "kit",
        "ls /nowhere",
        ["ls: cannot access '/nowhere': No such file or directory"],
    ),
    (
        "kit",
        "ls src",
        ["lib", "main.c"],
    ),
    (
        "kit",
        "ls src/lib src/main.c",
        ["list.c", "/work/src/main.c"],
    ),
    (
        "kit",
        "rm /nowhere",
        ["rm: cannot remove '/nowhere': No such file or directory"],
    ),
    (
        "kit",
        "rm src",
        ["rm: cannot remove 'src': Is a directory"],
    ),
    (
        "kit",
        "rm /nowhere src",
        [
            "rm: cannot remove '/nowhere': No such file or directory",
            "rm: cannot remove 'src': Is a directory",
        ],
    ),
    (
        "kit",
        "rm -f /nowhere",
        [],
    ),
    (
        "kit",
        "mkdir src",
        ["mkdir: cannot create directory 'src': File exists"],
    ),
    (
        "kit",
        "mkdir a/b",
        ["mkdir: cannot create directory 'a/b': No such file or directory"],
    ),
    (
        "kit",
        "mkdir -p a/b src",
        [],
    ),
    (
        "kit",
        "mkdir",
        ["mkdir: missing operand"],
    ),
    (
        "kit",
        "cp /nowhere .",
        ["cp: cannot stat '/nowhere': No such file or directory"],
    ),
    (
        "kit",
        "cp src /a",
        ["cp: -r not specified; omitting directory 'src'"],
    ),
    (
        "kit",
        "cp README.md",
        ["cp: missing destination file operand"],
    ),
    (
        "kit",
        "mv /nowhere .",
        ["mv: cannot stat '/nowhere': No such file or directory"],
    ),
    (
        "kit",
        "touch /no/where",
        ["touch: cannot touch '/no/where': No such file or directory"],
    ),
    (
        "kit",
        "chmod +x /nowhere",
        ["chmod: cannot access '/nowhere': No such file or directory"],
    ),
    (
        "kit",
        "chown nobodyelse README.md",
        ["chown: invalid user: 'nobodyelse'"],
    ),
    (
        "kit",
        "cd /nowhere",
        ["/bin/sh: cd: can't cd to /nowhere"],
    ),
    (
        "kit",
        "pwd",
        ["/work"],
    ),
    (
        "kit",
        "cd src; pwd; cd ..; pwd",
        ["/work/src", "/work"],
    ),
    (
        "kit",
        "whoami; id -u",
        ["root", "0"],
    ),
    (
        "kit",
        "uname -sm",
        ["Linux x86_64"],
    ),
    (
        "kit",
        "frobnicate",
        ["/bin/sh: 1: frobnicate: not found"],
    ),
    (
        "kit",
        "frobnicate; echo $?",
        ["/bin/sh: 1: frobnicate: not found", "127"],
    ),
    (
        "kit",
        "./README.md; echo $?",
        ["/bin/sh: 1: ./README.md: Permission denied", "126"],
    ),
    (
        "kit",
        "/srv/tool.exe; echo $?",
        ["/bin/sh: 1: /srv/tool.exe: Exec format error", "126"],
    ),
    (
        "kit",
        "echo a b   c",
        ["a b c"],
    ),
    (
        "kit",
        "echo 'a b   c'",
        ["a b   c"],
    ),
    (
        "kit",
        "echo a; echo b",
        ["a", "b"],
    ),
    (
        "kit",
        "echo -n a; echo b",
        ["ab"],
    ),
    (
        "kit",
        "printf 'x\\ny\\n'",
        ["x", "y"],
    ),
    (
        "kit",
        "false; echo $?; true; echo $?",
        ["1", "0"],
    ),
    (
        "kit",
        "true && echo yes || echo no",
        ["yes"],
    ),
    (
        "kit",
        "false && echo yes || echo no",
        ["no"],
    ),
    (
        "kit",
        "test -f README.md && echo file",
        ["file"],
    ),
    (
        "kit",
        "[ -d src ] && echo directory",
        ["directory"],
    ),
    (
        "kit",
        "[ -f nowhere ] || echo nothing",
        ["nothing"],
    ),
    (
        "kit",
        "exit 3 || echo never",
        [],
    ),
    (
        "kit",
        "(exit 3); echo $?",
        ["3"],
    ),
    (
        "kit",
        "A=1; (A=2; echo $A); echo $A",
        ["2", "1"],
    ),
    (
        "kit",
        "{ A=2; }; echo $A",
        ["2"],
    ),
    (
        "kit",
        "A=1 sh -c 'echo $A'; echo x$A",
        ["1", "x"],
    ),
    (
        "kit",
        "echo ${A:-unset} ${HOME}",
        ["unset /root"],
    ),
    (
        "kit",
        "echo *.txt *.nothing",
        ["requirements.txt *.nothing"],
    ),
    (
        "kit",
        "echo src/*",
        ["src/lib src/main.c"],
    ),
    (
        "kit",
        "echo a | cat | cat",
        ["a"],
    ),
    (
        "kit",
        "cat requirements.txt | sh",
        ["sh: 1: click: not found"],
    ),
    (
        "kit",
        "echo 'echo from a script' > s && sh s",
        ["from a script"],
    ),
    (
        "kit",
        "curl",
        ["curl: no URL specified!"],
    ),
    (
        "kit",
        "curl https://example.org/install.sh",
        ["echo installed > /installed"],
    ),
    (
        "kit",
        "curl http://nowhere.org/x",
        ["curl: (6) Could not resolve host: nowhere.org"],
    ),
    (
        "kit",
        "curl -f http://example.org/x",
        ["curl: (22) The requested URL returned error: 404"],
    ),
    (
        "kit",
        "curl http://example.org/x",
        ["404 Not Found"],
    ),
    (
        "kit",
        "gcc",
        ["gcc: fatal error: no input files"],
    ),
    (
        "kit",
        "pip install nothing",
        ["ERROR: No matching distribution found for nothing"],
    ),
    (
        "kit",
        "pip frobnicate",
        ['ERROR: unknown command "frobnicate"'],
    ),
    (
        "kit",
        "tar xf README.md",
        ["tar: This does not look like a tar archive"],
    ),
    (
        "kit",
        "sleep forever",
        ["sleep: invalid time interval 'forever'"],
    ),
    (
        "ubuntu",
        "apt-get install -y python3",
        ["E: Unable to locate package python3"],
    ),
    (
        "ubuntu",
        "apt-get update && apt-get install python3",
        ["Do you want to continue? [Y/n] Abort."],
    ),
    (
        "ubuntu",
        "apt-get update && apt-get install -y python4",
        ["E: Unable to locate package python4"],
    ),
    (
        "ubuntu",
        "apt-get update && apt-get install -y python3=1",
        ["E: Version '1' for 'python3' was not found"],
    ),
    (
        "ubuntu",
        "apt-get frobnicate",
        ["E: Invalid operation frobnicate"],
    ),
    (
        "ubuntu",
        "apt-get update && apt-get install -y curl && curl",
        ["curl: no URL specified!"],
    ),
    (
        "ubuntu",
        "useradd app && useradd app",
        ["useradd: user 'app' already exists"],
    ),
    (
        "ubuntu",
        "apk add python3",
        ["/bin/sh: 1: apk: not found"],
    ),
    (
        "alpine",
        "apk add python3",
        ["ERROR: unable to select packages: python3 (no such package)"],
    ),
    (
        "alpine",
        "apk add --no-cache python4",
        ["ERROR: unable to select packages: python4 (no such package)"],
    ),
    (
        "alpine",
        "apk frobnicate",
        ["apk: 'frobnicate' is not an apk command"],
    ),
    (
        "alpine",
        "/srv/nothing",
        ["/bin/sh: 1: /srv/nothing: not found"],
    ),
    (
        "alpine",
        "apt-get update",
        ["/bin/sh: 1: apt-get: not found"],
    ),
    (
        "alpine",
        "bash -c true",
        ["/bin/sh: 1: bash: not found"],
    ),
    (
        "alpine",
        "wget",
        ["wget: missing URL"],
    ),
    (
        "alpine",
        "wget http://nowhere.org/x",
        ["wget: unable to resolve host address 'nowhere.org'"],
    ),
    (
        "alpine",
        "wget http://example.org/x",
        ["ERROR 404: Not Found."],
    ),
    (
        "busybox",
        "wget -qO- https://example.org/install.sh",
        ["echo installed > /installed"],
    ),
    (
        "busybox",
        "apk add x || echo no package manager",
        ["/bin/sh: 1: apk: not found", "no package manager"],
    ),
]


def printed(base: str, line: str) -> list[str]:
    """The lines that a command prints, complaints among them."""
    text = (f"FROM {base}", "COPY . /work", "WORKDIR /work")
    run = f"RUN ({line}) > /printed 2>&1; true"
    found: str = image(*text, run)["contents"]["/printed"]
    return found.splitlines()


@pytest.mark.parametrize(("base", "line", "lines"), TRANSCRIPTS)
def test_what_is_printed(base: str, line: str, lines: list[str]) -> None:
    assert printed(base, line) == lines
