"""What a killed run leaves to the next one: on the disk when it is needed, and used only as far as it still holds.

A kill, a power cut or a failing disk may leave anything behind.  So whatever is to be gone on from carries a checksum;
what does not match it counts as never written.  None of this is a defence against somebody who means harm: who can
write here can also write checksums.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from shoptune.fingerprint import LENGTH, fingerprint_of_bytes, fingerprint_of_file

__all__ = ["flush", "is_sealed", "keep_lines", "keep_text", "kept_lines", "kept_text", "seal"]

SEAL = "sealed.json"
"""The file in a sealed folder that says what is in it."""


def keep_text(path: Path, text: str) -> None:
    """Write a text with its checksum beside its place and rename it: after a kill the old or the new one is there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    content = text.encode()
    beside.write_bytes(fingerprint_of_bytes(content).encode() + b"\n" + content)
    flush(beside)
    beside.replace(path)
    flush(path.parent)


def kept_text(path: Path) -> str | None:
    """Return a text that `keep_text` wrote; None where there is none, or none that is as it was written."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
        return content.decode() if checksum == fingerprint_of_bytes(content).encode() else None
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def keep_lines(file: IO[bytes], lines: Iterable[bytes]) -> None:
    """Append lines, each of which ends with a newline, with their checksums; the disk has them on return."""
    file.writelines(fingerprint_of_bytes(line).encode() + b" " + line for line in lines)
    file.flush()
    os.fsync(file.fileno())


def kept_lines(path: Path) -> tuple[list[bytes], int]:
    """Return the lines that `keep_lines` wrote up to the first that does not hold, and how many are lost.

    What is lost is cut off, so that new lines can be appended; a last line that a kill tore does not count.
    """
    try:
        with path.open("rb") as file:
            written = file.readlines()
    except FileNotFoundError:
        return [], 0
    good = next((place for place, line in enumerate(written) if not _holds(line)), len(written))
    if good < len(written):
        os.truncate(path, sum(map(len, written[:good])))
        flush(path)
    lost = len(written) - good - (not written[-1].endswith(b"\n")) if good < len(written) else 0
    return [line[LENGTH + 1 :] for line in written[:good]], lost


def _holds(line: bytes) -> bool:
    checksum, _, content = line.partition(b" ")
    return content.endswith(b"\n") and checksum == fingerprint_of_bytes(content).encode()


def seal(folder: Path) -> None:
    """Note what is in a folder, and see to it that the disk has it: call this when the last of its files is written."""
    contents = _contents(folder)
    for place in (*(folder / name for name in contents), *(p for p in folder.rglob("*") if p.is_dir())):
        flush(place)
    keep_text(folder / SEAL, json.dumps(contents, indent=1))


def is_sealed(folder: Path) -> bool:
    """Whether a folder holds what it held when it was sealed, and nothing else."""
    noted = kept_text(folder / SEAL)
    return noted is not None and json.loads(noted) == _contents(folder)


def _contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SEAL)
    return {path.relative_to(folder).as_posix(): fingerprint_of_file(path) for path in files}


def flush(path: Path) -> None:
    """Make sure that the disk has a file or a folder: a rename may outlive a power cut that the data does not."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
