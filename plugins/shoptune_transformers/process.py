"""Makes a process fit for computing with large tensors on a processor."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

__all__ = ["import_libraries", "prepare_process"]

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""From glibc's malloc.h."""


def prepare_process() -> None:
    """Keep freed memory for the next tensor; call it before torch is imported.

    A step of tuning frees and takes back some gigabytes.  glibc returns each large block to the system and gets it
    zeroed, page by page, the next time, which can cost more than the computation; kept blocks and huge pages do not.
    What an earlier step of this process kept is given back: it would rarely fit the next one.
    """
    gc.collect()
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch asks for huge pages
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        malloc_option = getattr(libc, "mallopt", None)  # other C libraries have none
        if malloc_option is not None:
            malloc_option(M_MMAP_MAX, 0)
            malloc_option(M_TRIM_THRESHOLD, -1)
            libc.malloc_trim(0)


def import_libraries() -> None:
    """Import torch and transformers' models without looking for garbage meanwhile.

    They bring some three thousand modules, of which Python's collector would search what is there again and again, for
    a sixth of the time that importing takes; and of modules nothing becomes garbage.
    """
    if "torch" in sys.modules and "transformers.modeling_utils" in sys.modules:
        return
    collects = gc.isenabled()
    gc.disable()
    try:
        import torch  # noqa: F401
        from transformers import generation, modeling_utils  # noqa: F401
    finally:
        gc.freeze()  # later searches leave them out too
        if collects:
            gc.enable()
