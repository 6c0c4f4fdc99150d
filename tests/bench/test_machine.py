from __future__ import annotations

from pathlib import Path

from masklet.bench.machine import _processor, this_machine


def test_the_machine_has_a_name_and_cores() -> None:
    machine = this_machine()
    assert machine.processor
    assert 1 <= machine.usable_cores <= machine.cores


def test_the_processor_is_read_from_linuxs_listing(tmp_path: Path) -> None:
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nmodel name\t: Fast: One 9000\nprocessor\t: 1\nmodel name\t: Other\n")
    assert _processor(listing) == "Fast: One 9000"
    assert _processor(tmp_path / "none")
