"""Makes a process fit for computing with large tensors on a processor."""

from __future__ import annotations

import ctypes
import os
import sys

__all__ = ["prepare_process"]

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""From glibc's malloc.h."""


def prepare_process() -> None:
    """Keep freed memory for the next tensor; call it before torch is imported.

    A step of tuning frees and takes back some gigabytes.  glibc returns each large block to the system and gets it
    zeroed, page by page, the next time, which can cost more than the computation; kept blocks and huge pages do not.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch asks for huge pages
    if sys.platform == "linux":
        malloc_option = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if malloc_option is not None:
            malloc_option(M_MMAP_MAX, 0)
            malloc_option(M_TRIM_THRESHOLD, -1)
