"""What the manual's policy says of changes is so."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from types import ModuleType

import pluggy
import pytest

from shoptune import deprecations, hookimpl, hookspecs
from shoptune.deprecations import DEPRECATIONS, Deprecation, warning_about
from tests.manual import MANUAL

HOOKS = {name: value.shoptune_spec for name, value in vars(hookspecs).items() if hasattr(value, "shoptune_spec")}
POLICY = (MANUAL / "policy.md").read_text("utf-8")


@pytest.mark.parametrize("name", re.findall(r"^\| `(shoptune\S*)` \|", POLICY, re.MULTILINE))
def test_what_is_promised_is_there(name: str) -> None:
    module = import_module(name)
    assert module.__doc__
    assert all(hasattr(module, offered) for offered in module.__all__)


def test_the_hooks_that_warn_are_those_on_the_list() -> None:
    on_the_list = {entry.name for entry in DEPRECATIONS if "." not in entry.name}
    assert {name for name, options in HOOKS.items() if options["warn_on_impl"]} == on_the_list


def test_nothing_is_on_the_list_that_should_have_gone() -> None:
    assert [entry.name for entry in DEPRECATIONS if entry.goes_with <= hookspecs.API_VERSION] == []


def test_the_author_of_a_plugin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an invented entry, since nothing is deprecated today."""
    entry = Deprecation(name="old_hook", since="0.9", goes_with=2, instead="use new_hook")
    monkeypatch.setattr(deprecations, "DEPRECATIONS", (entry,))
    frame, plugin = ModuleType("frame"), ModuleType("plugin")

    @hookspecs.hookspec(warn_on_impl=warning_about("old_hook"))
    def old_hook() -> None:
        pass

    frame.old_hook = old_hook  # type: ignore[attr-defined]
    plugin.old_hook = hookimpl(lambda: None)  # type: ignore[attr-defined]
    manager = pluggy.PluginManager("shoptune")
    manager.add_hookspecs(frame)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        manager.register(plugin)
    (warning,) = told
    assert str(warning.message) == "old_hook is deprecated since shoptune 0.9 and goes with API version 2: use new_hook"
    assert warning.filename == __file__


def test_a_warning_about_what_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(LookupError, match="no_such_hook"):
        warning_about("no_such_hook")
