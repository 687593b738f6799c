"""What the commands of plugins build on."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from shoptune import commands
from shoptune.errors import UsageError
from tests.fakes import Shop, shoptune


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def test_the_options_give_paths_and_the_defaults_of_run(tmp_path: Path) -> None:
    @click.command
    @commands.experiment_argument
    @commands.store_option
    @commands.reports_option
    @commands.plain_option
    def show(experiment: Path, store: Path, reports: Path, plain: bool) -> None:
        click.echo(repr([experiment, store, reports, plain]))

    def printed(*arguments: str) -> str:
        return CliRunner().invoke(show, arguments).output.strip()

    assert printed("a.yaml") == repr([Path("a.yaml"), Path(".shoptune"), Path("reports"), False])
    named = ["a.yaml", "--store", "kept", "--reports", "out", "--plain"]
    assert printed(*named) == repr([Path("a.yaml"), Path("kept"), Path("out"), True])


def test_run_experiment_does_what_run_does(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    reports = shop.folder / "elsewhere"
    code = commands.run_experiment(shop.path, shop.folder / ".shoptune", reports, plain=True)
    assert code == 0
    assert "overlap" in capsys.readouterr().out
    assert (reports / shop.experiment["name"] / "comparison.json").is_file()
    assert shop.run().code == 0


def test_check_experiment_says_all_that_is_wrong_and_runs_nothing(shop: Shop) -> None:
    commands.check_experiment(shop.path)
    shop.set("tasks.echo.metrics", ["overlap", "overlapp"])
    with pytest.raises(UsageError, match=r"experiment\.yaml:\d+: tasks\.echo\.metrics.*overlapp"):
        commands.check_experiment(shop.path)
    assert not (shop.folder / ".shoptune").exists()


def test_the_schema_is_the_one_that_is_printed() -> None:
    assert commands.experiment_schema() == json.loads(shoptune("schema").output)


def test_the_adapter_is_the_one_that_an_experiment_would_take(tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text("id,name\n1,Mug\n", "utf-8")
    assert commands.adapter_for(products).name == "csv"
    song = tmp_path / "song.mp3"
    song.write_bytes(b"ID3")
    with pytest.raises(UsageError, match=r"song\.mp3: no adapter recognises this file .* `shoptune adapters` lists"):
        commands.adapter_for(song)


def test_a_plugin_that_failed_is_named_where_no_adapter_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPTUNE_NO_PLUGIN", "files")
    (tmp_path / "products.csv").write_text("id,name\n1,Mug\n", "utf-8")
    with pytest.raises(UsageError, match="leaves out the plugin 'files'"):
        commands.adapter_for(tmp_path / "products.csv")


@pytest.mark.parametrize(
    ("column", "personal", "identifier"),
    [("Billing Address1", True, False), ("variant_id", False, True), ("strap_width", False, False)],
)
def test_columns_are_judged_as_masking_judges_them(column: str, personal: bool, identifier: bool) -> None:
    assert (commands.is_personal(column), commands.is_identifier(column)) == (personal, identifier)
