"""curl and wget: what an address leads to now."""

from posixpath import basename, dirname

from simulator.engine import Work
from simulator.subsystems.builds.archives import Resource
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.trees import absolute, is_directory, place
from simulator.subsystems.files import DataFile

SITE_MIB_S = 20
"""What a server on the internet sends in a second."""
_CURL = ("-o", "--output", "-H", "-A", "-d", "-X", "-u")
_WGET = ("-O", "-P")
_ERROR_PAGE_BYTES = 300


def _curl(call: Call) -> Work:
    options, operands = call.split(*_CURL)
    url = operands[0] if operands else ""
    host, last = _address(url)
    if not url:
        return call.fail(2, "curl: no URL specified!")
    if not _reaches(call, host):
        yield 0
        return call.fail(6, f"curl: (6) Could not resolve host: {host}")
    found = call.site.resources.get(url)
    if found is None and ("-f" in options or "--fail" in options):
        yield 0
        return call.fail(22, "curl: (22) The requested URL returned error: 404")
    name = options.get("-o", options.get("--output", ""))
    name = last if "-O" in options else name
    return (yield from _save(call, found, name, "curl: (23) Failed writing body", 23))


def _wget(call: Call) -> Work:
    options, operands = call.split(*_WGET)
    url = operands[0] if operands else ""
    host, last = _address(url)
    if not url:
        return call.fail(1, "wget: missing URL")
    if not _reaches(call, host):
        yield 0
        return call.fail(4, f"wget: unable to resolve host address '{host}'")
    found = call.site.resources.get(url)
    if found is None:
        yield 0
        return call.fail(8, "ERROR 404: Not Found.")
    name = options.get("-O", last or "index.html")
    name = "" if name == "-" else name
    return (
        yield from _save(call, found, name, f"{name}: No such file or directory", 3)
    )


def _address(url: str) -> tuple[str, str]:
    """Return the host of an address, and the last name of its path."""
    rest = url.partition("://")[2] or url
    host, _, path = rest.partition("/")
    return host, basename(path)


def _reaches(call: Call, host: str) -> bool:
    """Return whether the network is there and some server has this name."""
    known = {_address(address)[0] for address in call.site.resources}
    return call.site.online and host in known


def _save(
    call: Call, found: Resource | None, name: str, message: str, status: int
) -> Work:
    """Write what came to a file, or to the standard output when none is named."""
    path = absolute(call.cwd, name)
    if name and not is_directory(call.tree, dirname(path)):
        return call.fail(status, message)
    content = "404 Not Found" if found is None else found.content_at(call.site.now)
    yield from call.site.download(1 if found is None else found.kib, SITE_MIB_S)
    if not name:
        call.out.append(content)
    elif found is not None and found.program is not None:
        place(call.tree, found.program, path)
    else:
        size = _ERROR_PAGE_BYTES if found is None else found.kib * 1024
        call.tree.put(DataFile(path, size, content, call.uid))
    return 0


TOOLS = {"curl": _curl, "wget": _wget}
