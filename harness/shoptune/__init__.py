"""shoptune: tune open-weight language models on a shop's own data, and prove whether it helped."""

from shoptune.hookspecs import hookimpl

__all__ = ["__version__", "hookimpl"]

__version__ = "0.1.0"
