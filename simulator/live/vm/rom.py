"""The guest as firmware: for monitors that start at the reset vector, QEMU for one.

A processor starts 16 bytes below the end of the firmware. What is there copies the
guest to where it belongs and goes on as the project's own monitors begin.
"""

import struct
from collections.abc import Iterator

from simulator.live.vm.guest import START, Guest

ROM = 1 << 16
_SEGMENT = 0xF000
"""Where a chipset shows the last 64 KiB of a firmware below the first MiB."""
_RESET, _COPIES = ROM - 16, 0x8000
_ROW = 16
"""Bytes that are copied or left out together; so many lie between two segments."""


def firmware(guest: Guest) -> bytes:
    """Return a 64 KiB image that puts a guest into memory and starts it.

    Raises ValueError for a guest that does not fit.
    """
    code = b"\xfa\xfc\xb8" + struct.pack("<H", _SEGMENT) + b"\x8e\xd8"  # cli, cld, ds
    content = b""
    for segment, part in _parts(guest.image):
        code += b"\xb8" + struct.pack("<H", segment) + b"\x8e\xc0"  # mov es, segment
        code += b"\x31\xff\xbe" + struct.pack("<H", len(content))  # di = 0; si = place
        code += b"\xb9" + struct.pack("<H", len(part)) + b"\xf3\xa4"  # rep movsb
        content += part
    code += b"\x31\xc0\x8e\xd8" + _far_jump(0, START)
    if len(content) > _COPIES or _COPIES + len(code) > _RESET:
        raise ValueError(f"a guest of {len(content)} bytes does not fit a firmware")
    start = _far_jump(_SEGMENT, _COPIES)
    return (
        content.ljust(_COPIES, b"\0")
        + code.ljust(_RESET - _COPIES, b"\0")
        + start.ljust(16, b"\0")
    )


def _parts(image: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through what is not zero: the segment where it belongs, and its bytes."""
    part, first = b"", 0
    for at in range(0, len(image.rstrip(b"\0")) + _ROW, _ROW):
        row = image[at : at + _ROW]
        if any(row):
            first = first if part else at
            part += row
        elif part:
            yield first // _ROW, part
            part = b""


def _far_jump(segment: int, offset: int) -> bytes:
    return b"\xea" + struct.pack("<HH", offset, segment)
