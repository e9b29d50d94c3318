"""The archive that a guest's kernel unpacks."""

from simulator.live.qemu import cpio


def fields(content: bytes) -> list[str]:
    text = content[:110].decode()
    return [text[:6], *(text[at : at + 8] for at in range(6, 110, 8))]


def test_one_file() -> None:
    made = cpio.archive([cpio.file("init", b"abc")])
    values = (1, 0o100755, 0, 0, 1, 0, 3, 0, 0, 0, 0, 5, 0)
    assert fields(made) == ["070701", *(f"{value:08X}" for value in values)]
    assert made[110:116] == b"init\0\0"
    assert made[116:120] == b"abc\0"
    assert made[230:241] == b"TRAILER!!!\0"
    assert len(made) % 4 == 0


def test_directories_and_devices() -> None:
    entries = [cpio.directory("dev"), cpio.character_device("dev/ttyS1", 4, 65)]
    made = cpio.archive(entries)
    assert fields(made)[2] == f"{0o040755:08X}"
    second = fields(made[made.index(b"070701", 1) :])
    assert second[1:3] == ["00000002", f"{0o020600:08X}"]
    assert second[10:12] == ["00000004", "00000041"]
    assert made == cpio.archive(entries)
