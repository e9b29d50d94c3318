"""The guest's memory before its first instruction."""

import struct

from simulator.live.vm.guest import END, MEMORY, SERIAL, STAGES, START, guest


def test_a_guest_is_as_large_as_its_memory() -> None:
    assert len(guest(1).image) == MEMORY
    assert guest(5).loops == 5


def test_it_starts_in_real_mode_with_the_first_line_of_its_output() -> None:
    image = guest(1).image
    out = b"\xba" + struct.pack("<H", SERIAL) + b"\xb01\xee"
    assert image[START : START + 7] == b"\xfa" + out
    assert image[:START] == bytes(START)


def test_its_loops_are_a_number_in_its_code() -> None:
    wanted = struct.pack("<i", 123_456)
    assert wanted in guest(123_456).image
    assert wanted not in guest(1).image


def test_a_crash_is_one_instruction() -> None:
    calm, wild = guest(1).image, guest(1, crashes=True).image
    assert (b"\x0f\x0b" in calm, b"\x0f\x0b" in wild) == (False, True)


def test_a_page_table_maps_the_memory_onto_itself() -> None:
    image = guest(1).image
    entries = [
        struct.unpack_from("<Q", image, 0x10000 + n * 4096)[0] for n in (0, 1, 2)
    ]
    assert entries == [0x11007, 0x12007, 0x87]


def test_stages_and_ports() -> None:
    assert list(STAGES) == ["1", "2", "3", "4"]
    assert (SERIAL, END) == (0x3F8, 0xF4)
