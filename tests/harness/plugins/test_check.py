"""``shoptune plugins check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.distributions import METRIC
from tests.fakes import shoptune


class TestCheck:
    def test_a_plugin_that_keeps_to_the_contract(self, plugin: Callable[..., Path]) -> None:
        outcome = shoptune("plugins", "check", str(plugin(METRIC.replace("0.0", "float(len(e.samples) or 'nan')"))))
        assert outcome.code == 0, outcome.output
        assert "metric mine: " in outcome.output
        assert "keeps to its contract, as far as it was checked" in outcome.output

    def test_a_plugin_of_which_nothing_can_be_checked(self, plugin: Callable[..., Path]) -> None:
        outcome = shoptune("plugins", "check", str(plugin(METRIC.replace("0.0", "float('nan')"))))
        assert outcome.code == 0, outcome.output
        assert "keeps to its contract" not in outcome.output
        assert "nothing could be checked" in outcome.output

    def test_a_plugin_that_does_not(self, install: Callable[..., None]) -> None:
        install("strange", METRIC.replace("0.0", "1 / 0"))
        outcome = shoptune("plugins", "check", "strange")
        assert outcome.code == 3
        assert "failed: " in outcome.output
        assert "division by zero" in outcome.output
        assert "strange breaks its contract" in outcome.output

    def test_a_plugin_that_is_broken(self, install: Callable[..., None]) -> None:
        install("broken", "import no_such_module\n")
        outcome = shoptune("plugins", "check", "broken")
        assert outcome.code == 3
        assert "the plugin 'broken' 2.1 could not be loaded" in outcome.output

    def test_a_plugin_that_is_not_there(self) -> None:
        outcome = shoptune("plugins", "check", "labls")
        assert outcome.code == 2
        assert "Did you mean 'labels'?" in outcome.output

    def test_a_plugin_of_commands_alone(self) -> None:
        outcome = shoptune("plugins", "check", "start")
        assert outcome.code == 0
        assert "command start: 1 of 1 checks passed" in outcome.output
