"""Disks that fail on demand: one whose current can be cut, and one that can be filled. Both need the right to mount.

The first is an ext4 file system in a file, mounted through a loop device. What the kernel has not yet written to the
device is not in the file; a copy of the file at the moment of the cut is therefore what a machine would find after a
power failure. It is mounted instead, and the file system's own journal brings it up. The second lies in memory.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotMount(Exception):
    """This machine does not let us mount a file system."""


class PowerDisk:
    """A mounted file system that forgets at a cut what was never synced."""

    def __init__(self, folder: Path, place: Path, megabytes: int) -> None:
        self.place = place
        self._image = folder / "disk.img"
        with self._image.open("wb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()

    def cut(self) -> None:
        """Cut the current and switch it on again; the server was killed before."""
        after = self._image.with_suffix(".after")
        _run("cp", "--sparse=always", str(self._image), str(after))
        _run("umount", "-l", str(self.place))  # writes the rest, but to the old file
        after.replace(self._image)
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.place))


class SmallDisk:
    """A mounted file system in memory that a file fills to the last byte."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place))

    def fill(self) -> None:
        """Leave no byte."""
        with (self.place / "ballast").open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                self._pour(file, size)

    def free(self) -> None:
        """Give the space back."""
        (self.place / "ballast").unlink(missing_ok=True)

    @staticmethod
    def _pour(file: object, size: int) -> None:
        try:
            while True:
                file.write(bytes(size))  # type: ignore[attr-defined]
        except OSError:
            return


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise CannotMount(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotMount(f"{' '.join(command[:2])}: {done.stderr.strip()}")


@contextmanager
def power_disk(folder: Path, place: Path, megabytes: int = 256) -> Iterator[PowerDisk]:
    """A fresh disk at *place* while the block lasts.

    Raises:
        CannotMount: not allowed here.
    """
    place.mkdir(exist_ok=True)
    found = PowerDisk(folder, place, megabytes)
    try:
        yield found
    finally:
        _run("umount", "-l", str(place))


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A fresh disk of this size at *place* while the block lasts.

    Raises:
        CannotMount: not allowed here.
    """
    place.mkdir(exist_ok=True)
    found = SmallDisk(place, megabytes)
    try:
        yield found
    finally:
        _run("umount", "-l", str(place))
